import type { OfflineReason } from '../../model/reason.ts'

const WHY: Readonly<Record<OfflineReason['code'], string>> = {
  fork: 'a pull request from a fork gets no credentials',
  dependabot: 'Dependabot runs without credentials',
  'no-credentials': '`vault-addr` is given, but neither `vault-token` nor `auth-method`',
  'no-address': 'no `vault-addr` is given',
  'nothing-given': 'neither `vault-addr` nor credentials are given',
}

/** Why no server is asked, as a sentence part. */
export function offlineText({ code }: OfflineReason): string {
  return WHY[code]
}

/** That no server was asked, and why where it is known. */
export function offlineSentence(reason: OfflineReason | undefined): string {
  return reason === undefined ? 'No server was asked.' : `No server was asked: ${offlineText(reason)}.`
}
