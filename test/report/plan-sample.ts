import type { DocumentStep, PlanDocument } from '../../src/setup/plan-document.ts'

/** Plans to render, with only what a test is about spelled out. */

export function step(parts: Partial<DocumentStep> = {}): DocumentStep {
  return {
    id: 'KV mount kv/',
    kind: 'kv-mount',
    action: 'create',
    because: null,
    fields: [],
    rules: [],
    notes: [],
    from: [{ file: 'store.yaml', line: 10 }],
    ...parts,
  }
}

export function planDocument(parts: Partial<PlanDocument> = {}): PlanDocument {
  return {
    version: 1,
    mode: 'plan',
    target: 'acme/gitops',
    server: 'OpenBao 2.7.1 at https://vault.example.com',
    hasChanges: parts.steps?.some(({ action }) => action === 'create' || action === 'update') ?? false,
    digest: `sha256:${'a'.repeat(64)}`,
    steps: [],
    unplanned: [],
    coverage: { becomes: [], covered: 0, open: [] },
    commands: [],
    seeds: [],
    basis: { address: null, namespace: '', parts: [] },
    ...parts,
  }
}

/** One of everything. */
export const WHOLE = planDocument({
  steps: [
    step({ fields: [{ field: 'options.version', before: null, after: '2' }] }),
    step({
      id: 'policy eso',
      kind: 'policy',
      action: 'update',
      rules: [
        { path: 'kv/data/a', before: null, after: ['read'] },
        { path: 'kv/data/b', before: ['read'], after: ['read', 'update'] },
        { path: 'kv/data/c', before: ['read'], after: null },
        { path: 'kv/data/d', before: ['read'], after: ['read'] },
      ],
      notes: ['Stays as it is: kv/data/old/* (read).'],
    }),
    step({ id: 'auth mount kubernetes/', kind: 'auth-mount', action: 'no-change' }),
    step({
      id: 'config of auth mount kubernetes/',
      kind: 'auth-config',
      action: 'blocked',
      because: 'A reviewer JWT is set.',
      from: [{ file: 'store.yaml', line: 14 }],
    }),
    step({
      id: 'role eso of auth mount kubernetes/',
      kind: 'role',
      action: 'not-checked',
      because: 'GET auth/kubernetes/role/eso answered 403.',
      fields: [
        { field: 'bound_service_account_names', before: ['x'], after: ['x', 'eso'] },
        { field: 'token_ttl', before: 60, after: 3600 },
        {
          field: 'kubernetes_ca_cert',
          before: '',
          after: '-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----',
        },
      ],
    }),
  ],
  unplanned: [
    { message: 'Nothing is planned for SecretStore a/b: it is half.', at: { file: 's.yaml', line: 3 }, weight: 'note' },
    { message: 'Blocked elsewhere.', at: null, weight: 'blocked' },
  ],
  coverage: {
    becomes: ['ExternalSecret a/b, spec.data[0]: kv/a'],
    covered: 1,
    open: [
      { reference: 'PushSecret a/c, spec.data[0]', because: 'no rule covers kv/data/c' },
      { reference: 'PushSecret a/d, spec.data[0]', because: 'no rule covers kv/data/c' },
    ],
  },
  commands: ['bao secrets enable -path=kv -version=2 kv', "bao policy write eso - <<'POLICY'\n  path\nPOLICY"],
  seeds: [
    {
      path: 'kv/a',
      keys: ['k'],
      usedBy: ['ExternalSecret a/b'],
      command: '# ExternalSecret a/b\nbao kv put -mount=kv a k=-',
    },
  ],
})
