/** Version of this build; `development` where it runs from its sources. */
export const VERSION: string = process.env.UNBUSY_VERSION ?? 'development';
