/** All that reading a snapshot needs: loaded as one, and only when one is given. */
export { answeredBy } from './answered-by.ts'
export { snapshotState } from './snapshot-state.ts'
export { LARGEST_MIB, parseSnapshot } from './snapshot-text.ts'
