/** All that writing a snapshot needs: loaded as one, and only in mode snapshot. */
export { makeSnapshot } from './make-snapshot.ts'
export { record } from './record.ts'
export { snapshotText } from './snapshot-text.ts'
