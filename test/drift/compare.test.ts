import { describe, expect, it } from 'vitest'
import { compareAuthConfig } from '../../src/drift/compare-config.ts'
import { compareMounts } from '../../src/drift/compare-mount.ts'
import { comparePolicies } from '../../src/drift/compare-policy.ts'
import { compareRoles } from '../../src/drift/compare-role.ts'
import { ownedPaths, withOwned } from '../../src/drift/owned.ts'
import type { MountFact } from '../../src/model/vault-state.ts'
import { roleFact } from '../../src/state/declared/role-fields.ts'
import { toRoleFact } from '../../src/state/live/roles.ts'
import { span } from '../report/sample.ts'

type Fields = Readonly<Record<string, unknown>>
const git = { from: 'git', span: span('vault/setup.sh', 3), form: 'shell' } as const
const BOUND = { bound_service_account_names: 'eso', bound_service_account_namespaces: 'eso' }
/** As a server answers a role read that was written with nothing but its bindings (vault.md §4.6). */
const LIVE = {
  bound_service_account_names: ['eso'],
  bound_service_account_namespaces: ['eso'],
  bound_service_account_namespace_selector: '',
  alias_name_source: 'serviceaccount_uid',
  token_bound_cidrs: [],
  token_explicit_max_ttl: 0,
  token_max_ttl: 0,
  token_no_default_policy: false,
  token_num_uses: 0,
  token_period: 0,
  token_policies: [],
  token_ttl: 0,
  token_type: 'default',
}

function fieldsThatDiffer(declared: Fields, live: Fields, unknown: readonly string[] = []): string[] {
  const here = roleFact({ authMount: 'kubernetes', name: 'eso', fields: declared, unknown, provenance: git })
  return compareRoles(here, toRoleFact('kubernetes', 'eso', 'kubernetes', live)).map(({ field }) => field)
}

describe('a role, written in two ways, is one role (vault.md §7.2)', () => {
  const same: [Fields, Fields][] = [
    [BOUND, LIVE],
    [
      { ...BOUND, ttl: '1h' },
      { ...LIVE, token_ttl: 3600, ttl: 3600 },
    ],
    [
      { ...BOUND, token_ttl: '60m' },
      { ...LIVE, token_ttl: 3600 },
    ],
    [
      { ...BOUND, policies: 'b,A' },
      { ...LIVE, token_policies: ['a', 'b'], policies: ['a', 'b'] },
    ],
    [
      { ...BOUND, token_policies: ['a', 'default'] },
      { ...LIVE, token_policies: ['a'] },
    ],
    [
      { ...BOUND, bound_service_account_names: ['b', 'a'] },
      { ...LIVE, bound_service_account_names: ['a', 'b'] },
    ],
    [
      { ...BOUND, token_bound_cidrs: '10.0.0.1' },
      { ...LIVE, token_bound_cidrs: ['10.0.0.1/32'] },
    ],
    [{ ...BOUND, audience: '' }, LIVE],
    [{ ...BOUND, token_type: 'default', alias_name_source: 'serviceaccount_uid' }, LIVE],
  ]
  it.each(same)('%j is %j', (declared, live) => expect(fieldsThatDiffer(declared, live)).toEqual([]))

  const other: [Fields, Fields, string[]][] = [
    [BOUND, { ...LIVE, token_ttl: 60 }, ['token_ttl']],
    [BOUND, { ...LIVE, audience: 'vault' }, ['audience']],
    [{ ...BOUND, audience: 'vault' }, LIVE, ['audience']],
    [BOUND, { ...LIVE, token_no_default_policy: true }, ['token_no_default_policy']],
    [BOUND, { ...LIVE, alias_name_source: 'serviceaccount_name' }, ['alias_name_source']],
    [{ ...BOUND, policies: 'a' }, { ...LIVE, token_policies: ['a', 'root-like'] }, ['token_policies']],
  ]
  it.each(other)('%j is not %j', (declared, live, fields) => expect(fieldsThatDiffer(declared, live)).toEqual(fields))

  it('what only the machine that runs the command knows is not compared (field.md §4)', () => {
    const live = { ...LIVE, token_ttl: 60, bound_service_account_names: ['other'] }
    expect(
      fieldsThatDiffer({ ...BOUND, bound_service_account_names: '${SA}', ttl: '${TTL}' }, live, ['SA', 'TTL']),
    ).toEqual([])
  })
})

describe('auth config', () => {
  const live = {
    kubernetes_host: 'https://k',
    kubernetes_ca_cert: '',
    disable_iss_validation: true,
    disable_local_ca_jwt: false,
    issuer: '',
    pem_keys: [],
    token_reviewer_jwt_set: false,
  }
  const cases: [Fields, Fields, string[]][] = [
    [{ kubernetes_host: 'https://k/' }, live, []],
    [{ kubernetes_host: 'https://k', kubernetes_ca_cert: '@ca.pem' }, { ...live, kubernetes_ca_cert: 'x' }, []],
    // A write replaces all: what Git leaves out is at its default (vault.md §4.6).
    [{ kubernetes_host: 'https://k' }, { ...live, disable_local_ca_jwt: true }, ['disable_local_ca_jwt']],
    [{ kubernetes_host: 'https://k' }, { ...live, token_reviewer_jwt_set: true }, ['token_reviewer_jwt']],
    [{ kubernetes_host: 'https://k', token_reviewer_jwt: '(set)' }, { ...live, token_reviewer_jwt_set: true }, []],
    [{ kubernetes_host: 'https://k', token_reviewer_jwt: '(set)' }, live, ['token_reviewer_jwt']],
    // A server that does not tell is no difference.
    [{ kubernetes_host: 'https://k', token_reviewer_jwt: '(set)' }, { ...live, token_reviewer_jwt_set: undefined }, []],
    [{ issuer: 'https://i' }, { ...live, disable_local_ca_jwt: true }, ['issuer']],
  ]
  it.each(cases)('%j against %j', (declared, there, fields) => {
    expect(compareAuthConfig(declared, there, 'kubernetes').map(({ field }) => field)).toEqual(fields)
  })
})

describe('mounts and policies', () => {
  const mount = (parts: Partial<MountFact>): MountFact => ({
    path: 'kv',
    type: 'kv',
    options: {},
    unknown: [],
    provenance: git,
    ...parts,
  })
  it.each([
    [mount({ version: 2 }), mount({ version: 2, description: 'by hand' }), []],
    [mount({ version: 2, description: 'ours' }), mount({ version: 2, description: 'theirs' }), ['description']],
    [mount({ version: 2 }), mount({ version: 1 }), ['version']],
    [mount({ version: 2 }), mount({ type: 'pki' }), ['type']],
    [
      mount({ options: { config: { max_lease_ttl: '1h' } } }),
      mount({ options: { config: { max_lease_ttl: 3600 } } }),
      [],
    ],
  ])('mount, %#', (declared, live, fields) => {
    expect(compareMounts(declared, live).map(({ field }) => field)).toEqual(fields)
  })

  const A = 'path "kv/data/a" { capabilities = ["read"] }'
  it.each([
    [A, `# by hand\n${A.replaceAll(' ', '  ')}\n`, []],
    [A, '{"path":{"kv/data/a":{"capabilities":["read"]}}}', []],
    [A, A.replace('"read"', '"read", "list"'), ['rule kv/data/a']],
    [A, A.replace('"]', '"]\n denied_parameters = { "x" = [] }\n'), ['rule kv/data/a']],
    [A, '', ['rule kv/data/a']],
    [A, 'path {{', ['text']],
  ])('policy, %#: compared as rules (vault.md §7.2)', (declared, live, fields) => {
    const differences = comparePolicies('p', declared, live)
    expect('error' in differences ? differences.error : differences.map(({ field }) => field)).toEqual(fields)
  })

  it("a text of Git's that does not parse cannot be compared, and is no drift", () => {
    expect(comparePolicies('p', 'path {{', A)).toMatchObject({ error: expect.any(String) })
  })
})

describe('owned paths', () => {
  it.each([
    ['kv/team/prod/**', ['kv'], { mount: 'kv', path: 'team/prod' }],
    ['team/kv/prod/*', ['team/kv', 'kv'], { mount: 'team/kv', path: 'prod' }],
    ['kv/**', [], { mount: 'kv', path: '' }],
    ['kv/a/b', ['kv'], { mount: 'kv', path: 'a' }],
  ])('%s is listed below %j', (pattern, mounts, find) => {
    const owned = ownedPaths([{ pattern, span: span('c.yml', 2) }], mounts)
    expect(owned[0]?.find).toEqual(find)
    expect(withOwned(new Map([['', { mounts: ['kv'] }]]), owned).get('')).toEqual({ mounts: ['kv'], finds: [find] })
  })
})
