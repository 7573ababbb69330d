import { CONFIG_METHODS } from './config-word.ts'
import type { ObjectShape, Shape, TextPattern } from './shape.ts'

/** The config file, key by key (design §4). */

const list = (of: Shape, about: string): Shape => ({ is: 'list', of, about })

/** Globs and folders of the repository; a path that leaves it would let a pull request read the runner's disk (platform.md §7.3). */
const repositoryPath: TextPattern = {
  source: '(?!/)(?!(?:.*/)?\\.\\.(?:/|$)).+',
  says: 'a path below the repository, without a leading "/" and without ".."',
}
const variableName: TextPattern = { source: '[A-Za-z_][A-Za-z0-9_]*', says: 'a variable name (letters, digits, "_")' }
const ruleId: TextPattern = { source: '[a-z][a-z0-9]*(?:-[a-z0-9]+)*', says: 'a rule id' }
const date: TextPattern = { source: '\\d{4}-\\d{2}-\\d{2}', says: 'a date as in 2027-01-31' }
const duration: TextPattern = {
  source: '\\d+|(?:\\d+(?:\\.\\d+)?(?:ms|s|m|h|d))+',
  says: 'a duration as Vault writes it, for example "1h" or "90m"',
}
const product: TextPattern = {
  source:
    'auto|(?:vault|openbao)(?:@(?:>=|<=|>|<)?\\d+(?:\\.\\d+){0,2}(?:\\+ent)?(?: (?:>=|<=|>|<)\\d+(?:\\.\\d+){0,2})?)?',
  says: '"auto", or a product with its version or bounds, such as "vault@1.20", "openbao@2.7" or "vault@>=1.20 <2"',
}
const address: TextPattern = { source: 'https?://\\S+', says: 'an address that starts with https:// (or http://)' }
const pattern: TextPattern = {
  source: '(?:[^{}\\s]|\\{[A-Za-z][A-Za-z0-9_-]*\\})+',
  says: 'a path with names in braces, for example "team/{env}/apps/{app}"',
}

/** What stands between slashes of a Vault path; without them at the ends. */
const mountPath: TextPattern = {
  source: '[^\\s/]+(?:/[^\\s/]+)*',
  says: 'a mount as in "kv" or "team/kv", without slashes at its ends',
}
const roleKey: TextPattern = {
  source: '[^\\s/]+(?:/[^\\s/]+)+',
  says: 'the auth mount and the name of the role, as in "kubernetes/eso"',
}
const policyName: TextPattern = { source: '[^\\s/]+', says: 'the name of a policy' }
const serviceAccount: TextPattern = {
  source: '[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?(?:/[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?)?',
  says: '"namespace/name" of a ServiceAccount, or its name alone for the one in the namespace of each consumer',
}

/** As `--set` of helm takes it; a line break would begin another argument's text. */
const valueName: TextPattern = {
  source: '[^\\s=,{}]+',
  says: 'the name of a value as `helm --set` takes it, as in "image.tag" or "hosts[0].name"',
}

const ownedPattern: TextPattern = {
  source: '[^\\s/*?]+/\\S+',
  says: 'a mount and a glob below it, for example "kv/team/prod/**"',
}

/** With `path`: read, list, write and delete of a secret. With `api`: capabilities. */
const ACTIONS = ['read', 'list', 'write', 'delete', 'create', 'update', 'patch']

/** A store as the config says it (design §4). */
const STORE: ObjectShape = {
  is: 'object',
  keys: {
    policies: list({ is: 'text', matches: policyName }, 'Policies of the token that the store logs in for.'),
    kind: { is: 'choice', of: ['ClusterSecretStore', 'SecretStore'], about: 'Default: ClusterSecretStore.' },
    namespace: { is: 'text', about: 'Kubernetes namespace of a SecretStore.' },
    admits: list({ is: 'text' }, 'Namespaces that a ClusterSecretStore admits. Default: all.'),
    path: { is: 'text', matches: mountPath, about: 'The KV mount.' },
    version: { is: 'choice', of: ['v1', 'v2'], about: 'Version of the KV engine. Default: v2.' },
    server: { is: 'text', matches: address, about: 'As the store says it; nothing is sent there.' },
    vaultNamespace: { is: 'text', about: 'Vault namespace of its requests.' },
    auth: {
      is: 'object',
      about: 'How it logs in.',
      required: ['method'],
      keys: {
        method: { is: 'choice', of: [...CONFIG_METHODS] },
        mount: { is: 'text', matches: mountPath, about: 'Default: the name of the method.' },
        role: { is: 'text', about: 'Role of the methods `kubernetes`, `jwt`, `cert`, `iam` and `gcp`.' },
        username: { is: 'text', about: 'User of the methods `userPass` and `ldap`.' },
        roleId: { is: 'text', about: 'Role id of the method `appRole`.' },
        serviceAccount: {
          is: 'text',
          matches: serviceAccount,
          about: 'ServiceAccount that logs in, as namespace/name. Default: that of ESO itself.',
        },
        audiences: list({ is: 'text' }, 'Audiences of its token.'),
        vaultNamespace: { is: 'text', about: 'Vault namespace of the login, where it differs.' },
      },
    },
  },
}

export const CONFIG_SHAPE: ObjectShape = {
  is: 'object',
  required: ['version'],
  keys: {
    version: { is: 'version', number: 1, about: 'Version of this file format.' },
    manifests: {
      is: 'object',
      about: 'Which files are read, and what Git cannot tell about them.',
      keys: {
        exclude: list({ is: 'text', matches: repositoryPath }, 'Globs of files that are not read.'),
        rendered: list(
          { is: 'text', matches: repositoryPath },
          'Folders of manifests that something else rendered; checked as they are.',
        ),
        also: list(
          { is: 'text', matches: repositoryPath },
          'Folders with checkouts of other repositories. Their stores, roles and policies count; nothing in them is reported.',
        ),
        variables: {
          is: 'map',
          keys: variableName,
          of: { is: 'text', mayBeEmpty: true },
          about: 'Values for the ${NAME} in manifests that Git cannot resolve.',
        },
        unapplied: {
          is: 'choice',
          of: ['note', 'same', 'off'],
          about: 'What becomes of findings about what nothing applies: notes (default), as severe as any, or left out.',
        },
      },
    },
    vault: {
      is: 'object',
      about:
        'The server. Credentials are never written here, and are never sent to an address that only this file names.',
      keys: {
        address: { is: 'text', matches: address, about: 'Must agree with the input vault-addr or VAULT_ADDR.' },
        namespace: { is: 'text', mayBeEmpty: true, about: 'Vault namespace of every request.' },
        product: { is: 'text', matches: product, about: 'Whose policy rules apply when no server is asked.' },
      },
    },
    stores: {
      is: 'map',
      about:
        'By store name: what the manifests do not say. With more than `policies`: a store that Git does not declare.',
      of: STORE,
    },
    roles: {
      is: 'map',
      keys: roleKey,
      about: 'By auth mount and name, as in "kubernetes/eso": roles that Git does not declare.',
      of: {
        is: 'object',
        required: ['policies'],
        keys: {
          policies: list({ is: 'text', matches: policyName }, 'Policies of its tokens, without `default`.'),
          names: list({ is: 'text' }, 'bound_service_account_names.'),
          namespaces: list({ is: 'text' }, 'bound_service_account_namespaces.'),
          audience: { is: 'text', about: 'The audience that it asks for.' },
          noDefaultPolicy: { is: 'choice', of: [true, false], about: 'token_no_default_policy.' },
          vaultNamespace: { is: 'text', about: 'Vault namespace of the role.' },
        },
      },
    },
    policies: {
      is: 'map',
      keys: policyName,
      about: 'By policy name: the file that holds its text.',
      of: { is: 'text', matches: repositoryPath },
    },
    helm: {
      is: 'list',
      about:
        'Values of charts of this repository that live outside of Git (in CI, in a script), over all that Git gives.',
      of: {
        is: 'object',
        required: ['chart'],
        alternatives: ['values', 'set'],
        keys: {
          chart: { is: 'text', matches: repositoryPath, about: "The chart's folder." },
          values: {
            is: 'list',
            of: { is: 'text', matches: repositoryPath },
            atLeast: 1,
            about: 'Files of values, as with `--values`; later ones over earlier ones.',
          },
          set: {
            is: 'map',
            keys: valueName,
            of: {
              is: 'either',
              of: [{ is: 'text', mayBeEmpty: true }, { is: 'number' }, { is: 'boolean' }],
              says: 'text, a number, true or false',
            },
            about: 'Single values by name, as with `--set`; over the files. Text stays text.',
          },
        },
      },
    },
    expect: {
      is: 'list',
      about: 'Who may, or may not, do what on which path of Vault.',
      of: {
        is: 'object',
        alternatives: ['may', 'mayNot'],
        keys: {
          store: { is: 'text', about: 'A store, by its name, or as namespace/name.' },
          role: { is: 'text', matches: roleKey, about: 'A role, as mount/name.' },
          serviceAccount: {
            is: 'text',
            matches: {
              source: '[^\\s/]+/[^\\s/]+',
              says: 'the namespace and name of a ServiceAccount, as in "eso/eso"',
            },
            about: 'A ServiceAccount, as namespace/name: by whatever role admits it.',
          },
          namespace: { is: 'text', about: 'A Kubernetes namespace: by whatever store admits it.' },
          may: { is: 'list', of: { is: 'choice', of: ACTIONS }, atLeast: 1, about: 'What must be allowed.' },
          mayNot: { is: 'list', of: { is: 'choice', of: ACTIONS }, atLeast: 1, about: 'What must be denied.' },
          path: { is: 'text', about: 'Mount and key, with globs: kv/team/**. For read, list, write and delete.' },
          api: { is: 'text', about: 'The path as policies write it, with globs: kv/data/team/**. For capabilities.' },
          reason: { is: 'text', about: 'Shown where it is broken.' },
        },
      },
    },
    naming: {
      is: 'list',
      about: 'Patterns that keys must follow; a key must fit one of them.',
      of: {
        is: 'object',
        required: ['pattern'],
        keys: {
          pattern: { is: 'text', matches: pattern, about: 'Mount and path, with names in braces.' },
          where: {
            is: 'map',
            about: 'What the names in braces may be: a list of values, or "{namespace}" and the like.',
            of: {
              is: 'either',
              of: [{ is: 'text' }, { is: 'list', of: { is: 'text' }, atLeast: 1 }],
              says: 'text or a list of texts',
            },
          },
        },
      },
    },
    setup: {
      is: 'object',
      about: 'For plan and apply.',
      keys: {
        policy: {
          is: 'object',
          keys: {
            name: { is: 'text' },
            generate: {
              is: 'either',
              of: [
                { is: 'choice', of: ['exact', 'folder'] },
                {
                  is: 'object',
                  keys: { file: { is: 'text', matches: repositoryPath } },
                  required: ['file'],
                },
              ],
              says: '"exact", "folder" or { file: path.hcl } with a path below the repository',
            },
          },
        },
        role: { is: 'object', keys: { ttl: { is: 'text', matches: duration } } },
        kubernetes: {
          is: 'object',
          keys: {
            host: { is: 'text', matches: address, about: 'The API server, as Vault sees it.' },
            reviewer: { is: 'choice', of: ['pod', 'client', 'token'], about: 'Whose token reviews logins.' },
            ca: {
              is: 'text',
              matches: repositoryPath,
              about: "PEM file of the API server's CA, for a Vault outside the cluster.",
            },
          },
        },
      },
    },
    snapshot: {
      is: 'object',
      about: 'For snapshot: what of a server is written into the file.',
      keys: {
        scope: {
          is: 'choice',
          of: ['referenced', 'folders', 'all'],
          about: 'Only what manifests name; also the names beside it (default); or every name that the token may list.',
        },
        names: {
          is: 'choice',
          of: ['plain', 'hashed'],
          about: 'Paths and key names as they are (default), or as keyed digests that are looked up by name.',
        },
        keys: { is: 'boolean', about: 'Names of keys (default true); false asks for the state of secrets only.' },
      },
    },
    drift: {
      is: 'object',
      about: 'For drift.',
      keys: {
        owned: list(
          { is: 'text', matches: ownedPattern },
          'Globs over Vault paths that belong to this repository alone; what lies there and is referenced nowhere is reported.',
        ),
      },
    },
    rules: {
      is: 'map',
      keys: ruleId,
      about: 'Severity by rule id.',
      of: { is: 'choice', of: ['error', 'warning', 'note', 'off'] },
    },
    ignore: {
      is: 'list',
      about: 'Findings to leave out, each with its reason.',
      of: {
        is: 'object',
        required: ['rule', 'reason'],
        alternatives: ['path', 'file'],
        keys: {
          rule: { is: 'text', matches: ruleId },
          path: { is: 'text', about: 'Glob over Vault paths: mount and key, as in kv/team/**.' },
          file: { is: 'text', matches: repositoryPath, about: 'Glob over files.' },
          reason: { is: 'text', matches: { source: '[\\s\\S]*\\S[\\s\\S]*', says: 'a reason' } },
          until: { is: 'text', matches: date, about: 'Last day on which the entry counts.' },
        },
      },
    },
  },
}
