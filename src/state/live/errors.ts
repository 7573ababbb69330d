import type { RefusedLogin } from '../../model/id-claims.ts'
import type { UnavailableKind } from '../../model/reason.ts'

/**
 * A live check that was asked for cannot run: outcome `incomplete` (design §3). The message is made of method, path, status
 * and the server's own errors; never of headers, bodies or an underlying error that might carry them (platform.md §7, threat 10).
 */
export class VaultUnavailable extends Error {
  readonly kind: UnavailableKind
  /** A JWT login that was refused. */
  readonly login: RefusedLogin | undefined
  constructor(kind: UnavailableKind, message: string, login?: RefusedLogin) {
    super(message)
    this.name = 'VaultUnavailable'
    this.kind = kind
    this.login = login
  }
}

/** The address, CA, path or login settings cannot be right: outcome `invalid` (design §3). */
export class LiveSettingsError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'LiveSettingsError'
  }
}

/** A request that this program must never send, stopped before it left (design §1, promise 3). Reaching it is a bug. */
export class ForbiddenRequest extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ForbiddenRequest'
  }
}
