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

const ownedPattern: TextPattern = {
  source: '[^\\s/*?]+/\\S+',
  says: 'a mount and a glob below it, for example "kv/team/prod/**"',
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
      about: 'By store name: what the manifests do not say.',
      of: {
        is: 'object',
        keys: { policies: list({ is: 'text' }, 'Policies of the token that the store logs in for.') },
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
