# digest: a function that programs begin with: prints the sha256 of its standard input as 64 digits, with more words behind them
# that do not count; 127 where the host has nothing that can.
digest() {
  if command -v sha256sum >/dev/null 2>&1; then
    sha256sum
  elif command -v busybox >/dev/null 2>&1; then
    busybox sha256sum
  elif command -v openssl >/dev/null 2>&1; then
    openssl dgst -sha256 -r
  else
    return 127
  fi
}
