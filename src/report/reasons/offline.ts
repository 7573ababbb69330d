import type { OfflineReason } from '../../model/reason.ts'

/** Why no server is asked, as a sentence part. */
export function offlineText(reason: OfflineReason): string {
  switch (reason.code) {
    case 'fork':
      return 'a pull request from a fork gets no credentials'
    case 'dependabot':
      return 'Dependabot runs without credentials'
    case 'no-credentials':
      return '`vault-addr` is given, but neither `vault-token` nor `auth-method`'
    case 'no-address':
      return 'no `vault-addr` is given'
    case 'nothing-given':
      return 'neither `vault-addr` nor credentials are given'
    case 'foreign-head': {
      const whose =
        reason.repository === undefined ? 'of a repository that the event does not name' : `of ${reason.repository}`
      return `\`${reason.event}\` has the trust of this repository, and is about files ${whose}`
    }
  }
}

/** That no server was asked, and why where it is known. */
export function offlineSentence(reason: OfflineReason | undefined): string {
  return reason === undefined ? 'No server was asked.' : `No server was asked: ${offlineText(reason)}.`
}
