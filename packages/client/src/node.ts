export { environmentDispatcher } from './node/dispatcher.js'
export { tokenFile } from './node/token-file.js'
