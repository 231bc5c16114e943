export { environmentDispatcher } from './node/dispatcher.js'
export { environmentToken } from './node/environment-token.js'
export { jobToken } from './node/job-token.js'
export { tokenFile } from './node/token-file.js'
