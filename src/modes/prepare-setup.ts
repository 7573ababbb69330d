import { resolve } from 'node:path'
import { readRepositoryText, readTextIfThere, whyUnreadable } from '../files/text-file.ts'
import { InvalidInput } from '../model/invalid-input.ts'
import { lookUp } from '../model/look-up.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import type { Settings } from '../settings/settings.ts'
import type { PlanInput } from '../setup/plan.ts'
import { wantedForPlan } from '../setup/plan.ts'
import { type DesireInput, desire } from '../state/desired/desire.ts'
import { reviewBindings } from '../state/desired/reviewer-facts.ts'
import type { LiveState } from '../state/live/live-state.ts'
import { type GatherDeps, type Gathered, gather } from './gather.ts'

/** What plan and apply begin with: Git read, and what it asks for. */
export interface Setup {
  readonly gathered: Gathered
  readonly input: Omit<PlanInput, 'live'>
  /** Asks the server for all that the plan concerns, by Vault namespace; empty when there is none. */
  readonly read: () => Promise<Map<string, LiveState>>
}

export async function prepareSetup(settings: Settings, { cwd, live, render, watch }: GatherDeps): Promise<Setup> {
  const gathered = await gather(settings, { cwd, live, render, ...(watch === undefined ? {} : { watch }) })
  const input = await planInput(settings, gathered, { cwd, live })
  return {
    gathered,
    input,
    read: async () => {
      const states = new Map<string, LiveState>()
      if (live === undefined) return states
      for (const [namespace, wanted] of wantedForPlan(input.desired))
        states.set(namespace, await live.read(namespace, wanted))
      return states
    },
  }
}

/**
 * Of the manifests, what a plan is made of. `only`: of a part of them, for roles that keep the policies they have; then rules are written
 * one by one, and no file that the config names for a set-up is read: a check does not need it.
 */
export async function planInput(
  settings: Settings,
  gathered: Gathered,
  { cwd, live }: Pick<GatherDeps, 'cwd' | 'live'>,
  only?: Pick<DesireInput, 'prediction'> & Required<Pick<DesireInput, 'policyOfRole'>>,
): Promise<Setup['input']> {
  const { setup } = settings.config
  const { generate } = setup.policy
  const form =
    typeof generate === 'string'
      ? ({ by: generate } as const)
      : only === undefined
        ? ({ by: 'file', file: generate.file } as const)
        : ({ by: 'exact' } as const)
  const policyFile = form.by === 'file' ? await readNamed(cwd, form.file, 'setup.policy.generate.file') : undefined
  const { host, reviewer, ca } = setup.kubernetes
  const caCertificate = ca === undefined || only !== undefined ? undefined : await readPem(cwd, ca)
  const desired = desire({
    prediction: gathered.prediction,
    ...only,
    wishes: {
      policy: { name: setup.policy.name, form, span: setup.policy.span },
      roleTtl: setup.role.ttl,
      reviewer: { kind: reviewer, host, caCertificate },
    },
    policiesOfStore: (name) => lookUp(settings.config.stores, name)?.policies,
    textOf: () => policyFile,
  })
  const { vault } = settings
  return {
    desired,
    reviewer,
    bindings: reviewBindings(gathered.repository.manifests),
    declared: gathered.declared.state.policies,
    server: {
      address: live === undefined ? undefined : vault?.address,
      namespace: vault?.namespace === undefined ? undefined : trimSlashes(vault.namespace),
      preview: live?.asOf !== undefined,
    },
  }
}

/** A file of the repository that the config names. */
async function readNamed(cwd: string, file: string, key: string): Promise<string | undefined> {
  try {
    return await readRepositoryText(cwd, file)
  } catch (error) {
    throw new InvalidInput(`\`${key}\` names this file, which cannot be read: ${whyUnreadable(error)}.`, { file })
  }
}

async function readPem(cwd: string, file: string): Promise<string> {
  const text = await readNamed(cwd, file, 'setup.kubernetes.ca')
  if (text?.includes('-----BEGIN CERTIFICATE-----')) return text
  const what = text === undefined ? 'does not exist' : 'holds no certificate in PEM form'
  throw new InvalidInput(`\`setup.kubernetes.ca\` names this file, and it ${what}.`, { file })
}

/** A file that an input names; an error of reading says why, and nothing of what is in it. */
export async function readNamedByInput(cwd: string, file: string, input: string): Promise<string | undefined> {
  try {
    return await readTextIfThere(resolve(cwd, file))
  } catch (error) {
    throw new InvalidInput(`Input \`${input}\` names a file that cannot be read: ${whyUnreadable(error)}.`, { file })
  }
}

/** A credential from a file that an input names: trimmed, and masked before anything else happens to it. */
export async function readSecretFile(
  cwd: string,
  file: string | undefined,
  input: string,
  mask: (secret: string) => void,
): Promise<string | undefined> {
  if (file === undefined) return undefined
  const text = (await readNamedByInput(cwd, file, input))?.trim()
  if (text === undefined || text === '') {
    throw new InvalidInput(
      `Input \`${input}\` names a file that ${text === undefined ? 'does not exist' : 'is empty'}.`,
      { file },
    )
  }
  mask(text)
  return text
}
