/** The address of a worker's file, by the build. */
declare module '*?worker-url' {
  const url: string
  // biome-ignore lint/style/noDefaultExport: what the build makes of it
  export default url
}
