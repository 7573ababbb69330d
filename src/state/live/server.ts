/** All that needs the HTTP stack: loaded as one, and only when a server is asked. */
export { askingOnce } from './asking-once.ts'
export { connect, revokeSavedToken } from './connect.ts'
export { LiveSettingsError, VaultUnavailable } from './errors.ts'
export { readLive, unreadable } from './read-live.ts'
