import type { OfflineReason, Unfinished } from '../../model/reason.ts'

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
  return reason === undefined ? 'Vault was not asked.' : `Vault was not asked: ${offlineText(reason)}.`
}

/** Why a run is not finished, as a clause for a headline. */
export function unfinishedText(what: Unfinished): string {
  return UNFINISHED[what]
}

const UNFINISHED: Readonly<Record<Unfinished, string>> = {
  dns: "Vault's address cannot be resolved",
  refused: 'Vault could not be reached',
  unreachable: 'Vault could not be reached',
  reset: 'the connection to Vault failed',
  timeout: 'Vault did not answer in time',
  tls: 'the TLS connection to Vault failed',
  'plain-http': 'Vault does not speak TLS there',
  redirect: 'Vault redirects to another address',
  'not-vault': 'something other than Vault answered',
  oversize: "Vault's answer is too large",
  sealed: 'Vault is sealed',
  uninitialised: 'Vault is not initialized',
  standby: 'Vault is in standby',
  'rate-limited': "Vault's rate limit is used up",
  'server-error': 'Vault answered with an error',
  'out-of-time': 'Vault did not answer in time',
  token: 'Vault does not accept the token',
  login: 'Vault refused the login',
  unanswered: 'Vault did not answer all requests',
  hidden: 'the CI token may not read all of it',
  'hidden-in-snapshot': 'the snapshot does not show all of it',
  'snapshot-old': 'the snapshot is too old',
  'run-time-over': 'the time for the run was over',
  killed: 'the run was ended before it could report',
  'own-bug': 'eso-vault has a bug',
}
