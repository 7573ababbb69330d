import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { selfSigned } from '../../scripts/openbao/self-signed.ts'
import { createPod, describeInPod, type Pod } from '../kubernetes/pod.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { inShell } from '../openbao/shell.ts'
import { tokenWith } from '../openbao/stage.ts'
import {
  APPLY_RIGHTS,
  actionsOf,
  type Checkout,
  checkout,
  everyStep,
  NEEDED,
  PLAN_POLICY,
  planOf,
  policyOf,
  runSetup,
  SOYO_STEPS,
  stateOf,
  wipe,
} from './setup-stage.ts'

const EXAMPLES = ['soyo/as-found', 'soyo/as-fixed'] as const
const POLICY = 'policy external-secrets'

/** What the page of the example tells people to type, in order: list items and blocks of shell. */
async function commandsByHand({ folder }: Checkout): Promise<string> {
  const page = await readFile(join(folder, 'docs', 'vault.md'), 'utf8')
  const found = [...page.matchAll(/^- `(vault [^`]+)`$|^```sh\n([\s\S]*?)^```$/gm)]
  return found.map(([, item, block]) => item ?? block).join('\n')
}

describeWithServer('without any config, examples/soyo asks for the five steps of a set-up by hand', () => {
  describeInPod('in a pod, as its page says', () => {
    let server: RunningServer
    let pod: Pod
    let planToken: string
    let applyToken: string
    const checkouts = new Map<string, Checkout>()

    beforeAll(async () => {
      pod = await createPod({ token: 'of no importance', ca: selfSigned('test').certificate })
      server = await startOpenBao({ within: pod.within })
      for (const example of EXAMPLES) checkouts.set(example, await checkout(example))
      planToken = await tokenWith(server, PLAN_POLICY)
      applyToken = await tokenWith(server, policyOf(APPLY_RIGHTS))
    })
    beforeEach(() => wipe(server))
    afterAll(async () => {
      await server?.stop()
      await pod?.remove()
      for (const one of checkouts.values()) await one.remove()
    })

    const at = (example: string) => checkouts.get(example) as Checkout
    const plan = async (example: string) =>
      planOf(await runSetup(server, { mode: 'plan', token: planToken, cwd: at(example).folder }))
    const apply = async (example: string) => {
      const inputs = { 'plan-digest': (await plan(example)).digest }
      return runSetup(server, { mode: 'apply', token: applyToken, cwd: at(example).folder, inputs })
    }

    test.each(EXAMPLES)('%s: five parts to create, each with what it is to be', async (example) => {
      const made = await plan(example)
      expect(made.steps.map(({ id, action }) => [id, action])).toEqual(SOYO_STEPS.map((id) => [id, 'create']))
      const fields = made.steps.map((step) => Object.fromEntries(step.fields.map(({ field, after }) => [field, after])))
      expect(fields).toEqual([
        { type: 'kv', 'options.version': '2' },
        {},
        { type: 'kubernetes' },
        { kubernetes_host: 'https://kubernetes.default.svc:443' },
        {
          bound_service_account_names: ['external-secrets'],
          bound_service_account_namespaces: ['external-secrets'],
          token_policies: ['external-secrets'],
          token_ttl: 3600,
        },
      ])
      const rules = made.steps.flatMap((step) => step.rules)
      expect(rules.every(({ before }) => before === null)).toBe(true)
      expect(Object.fromEntries(rules.map(({ path, after }) => [path, after]))).toEqual(NEEDED)
      expect(made.unplanned).toEqual([])
      expect(made.coverage).toMatchObject({ covered: 5, open: [] })
    })

    test('as found and as fixed are set up alike, and what is applied is what is planned', async () => {
      const states: string[] = []
      for (const example of EXAMPLES) {
        await wipe(server)
        const result = await apply(example)
        expect({ problems: result.report.problems, exit: result.exitCode }).toEqual({ problems: undefined, exit: 0 })
        expect(actionsOf(await plan(example))).toEqual(everyStep('no-change'))
        states.push(JSON.stringify(await stateOf(server, { identities: false })))
      }
      expect(states[1]).toBe(states[0])
    })

    test('who followed the page by hand has nothing left to do, and has the same but for its wider policy', async () => {
      await apply('soyo/as-fixed')
      const planned = (await stateOf(server, { identities: false })) as Record<string, unknown>
      await wipe(server)
      const typed = await inShell(server, await commandsByHand(at('soyo/as-fixed')), at('soyo/as-fixed').folder)
      expect(typed).toMatchObject({ code: 0 })
      const made = await plan('soyo/as-fixed')
      expect(actionsOf(made)).toEqual(everyStep('no-change'))
      expect(made.steps.find(({ id }) => id === POLICY)?.notes.join()).toContain('apps/*')
      const byHand = (await stateOf(server, { identities: false })) as Record<string, unknown>
      for (const part of ['mounts', 'auth', 'kv', 'config']) expect(byHand[part], part).toEqual(planned[part])
    })

    test('as found, the page by hand lacks just the rules: only the policy changes, and its own rules stay', async () => {
      const typed = await inShell(server, await commandsByHand(at('soyo/as-found')), at('soyo/as-found').folder)
      expect(typed).toMatchObject({ code: 0 })
      const made = await plan('soyo/as-found')
      expect(actionsOf(made)).toEqual({ ...everyStep('no-change'), [POLICY]: 'update' })
      const step = made.steps.find(({ id }) => id === POLICY)
      expect(Object.fromEntries(step?.rules.map(({ path, after }) => [path, after]) ?? [])).toEqual(NEEDED)
      expect(step?.notes.join()).toContain('kv/data/external-secrets/*')
      expect(made.coverage.becomes).toHaveLength(5)
      expect((await apply('soyo/as-found')).exitCode).toBe(0)
      const { policy } = (await server.request('GET', 'sys/policies/acl/external-secrets')).body.data
      expect(policy).toContain('path "kv/data/external-secrets/*"')
      expect(actionsOf(await plan('soyo/as-found'))).toEqual(everyStep('no-change'))
    })
  })
})
