/** A program's text, put into the bundle as it stands in the file; vitest and esbuild both load `.sh` this way. */
declare module '*.sh' {
  const text: string;
  export default text;
}
