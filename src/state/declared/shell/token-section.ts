import type { Provenance } from '../../../model/vault-state.ts'
import type { DeclaredToken } from '../declared.ts'
import type { Harvest } from '../harvest.ts'

/** How a token is made: `vault token create -policy=…`, or the root token that `vault operator init` prints. */
export interface TokenMade {
  /** Lower-case, without `default`; `['root']` for a root token; `undefined`: not told. */
  readonly policies: readonly string[] | undefined
  readonly noDefaultPolicy: boolean
}

export const ROOT_TOKEN: TokenMade = { policies: ['root'], noDefaultPolicy: true }

/** A Secret that a script makes, and what its one value is known to be. */
interface SecretMade {
  readonly name: string
  readonly namespace: string | undefined
  readonly key: string | undefined
  /** Where the value comes from, if the script tells. */
  readonly token: TokenMade | undefined
  /** The value is a variable, or a gap for the reader: some token of this section. */
  readonly isGap: boolean
  readonly provenance: Provenance
}

/** The tokens and Secrets of one script, or of one document: a step makes the token, another the Secret (forms.md §6). */
export class TokenSection {
  readonly #made: TokenMade[] = []
  readonly #secrets: SecretMade[] = []

  addToken(token: TokenMade): void {
    this.#made.push(token)
  }

  addSecret(secret: SecretMade): void {
    this.#secrets.push(secret)
  }

  /** Gives each Secret its token: the one it names, else the only one that is made here. */
  settle(harvest: Harvest): void {
    for (const { token, isGap, ...secret } of this.#secrets.splice(0)) {
      const made = token ?? (isGap ? this.#onlyOne() : undefined)
      if (made?.policies === undefined) continue
      const { policies, noDefaultPolicy } = made
      harvest.tokens.push({ ...secretOf(secret), policies, noDefaultPolicy } satisfies DeclaredToken)
    }
  }

  #onlyOne(): TokenMade | undefined {
    const [first, ...others] = this.#made
    return others.every((other) => JSON.stringify(other) === JSON.stringify(first)) ? first : undefined
  }
}

function secretOf({ name, namespace, key, provenance }: Omit<SecretMade, 'token' | 'isGap'>) {
  return { secret: name, namespace, key, provenance }
}
