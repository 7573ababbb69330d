import type { SourceFile } from '../../files/source-file.ts'
import { type Deadline, NO_DEADLINE } from '../../model/deadline.ts'
import { type Note, noteAt } from '../../model/note.ts'
import type { RoleFact } from '../../model/vault-state.ts'
import type { Declared, DeclaredToken, DeclaredYaml, TextlessPolicy } from './declared.ts'
import { repositoryFiles } from './file-lookup.ts'
import { withGrants } from './grants.ts'
import { emptyHarvest, type Harvest, type Reading } from './harvest.ts'
import { wholeFile } from './placed-text.ts'
import { nameFiles } from './policy-files.ts'
import { looksLikePolicy } from './policy-shape.ts'
import { settle } from './precedence.ts'
import { readComments } from './read-comments.ts'
import { readMarkdown } from './read-markdown.ts'
import { isJustfile, isMakefile, readRecipes } from './recipes.ts'
import { asType, authTypeOf } from './role-fields.ts'
import { readSelfInit, SELF_INIT } from './self-init.ts'
import { readScript } from './shell/read-script.ts'
import { VAULT_CALL, VAULT_CALL_LIST } from './shell/vault-call.ts'
import { isShellFile, wholeScript } from './shell-files.ts'
import { readTerraform } from './terraform/read-terraform.ts'
import { ansibleVariables } from './yaml/ansible-variables.ts'
import { configMapsIn } from './yaml/config-maps.ts'
import { readYaml, YAML_MARKERS } from './yaml/read-yaml.ts'

/**
 * Tells what the files of a repository say about the shape of a Vault: policies, roles, mounts and auth mounts, each with the
 * place where it is written (field.md §4). Reads text only; nothing is executed, fetched or opened. Only files with a marker
 * of one of the forms are looked into; what is left at the deadline is told by a note.
 */
export function readDeclared(
  files: readonly SourceFile[],
  yaml: DeclaredYaml,
  deadline: Deadline = NO_DEADLINE,
): Declared {
  const unique = [...new Map(files.map((file) => [file.file, file])).values()]
  const harvest = emptyHarvest()
  const reading: Reading = {
    yaml,
    files: repositoryFiles(unique),
    variables: ansibleVariables(unique, yaml),
    configMap: configMapsIn(unique, yaml),
  }
  const notes: Note[] = []
  const each = (isWanted: (file: SourceFile) => boolean, read: (file: SourceFile) => void) => {
    for (const file of unique) if (!deadline.over() && isWanted(file)) guard(file, read, notes)
  }
  // In this order, the first of two facts that say the same is the one that is kept.
  each(isPolicyFile, (file) => readPolicyFile(file, harvest))
  each(isServerConfig, (file) => readSelfInit(wholeFile(file.file, file.text), file, 'hcl', reading, harvest))
  each(isShellFile, (file) => readShellFile(file, reading, harvest))
  each(isRecipes, (file) => readRecipes(file, reading, harvest))
  const modules = terraformFiles(unique)
  const terragrunt = unique.filter(({ relative }) => /(?:^|\/)terragrunt\.hcl$/.test(relative))
  if (modules[0] !== undefined && !deadline.over())
    guard(modules[0], () => readTerraform(modules, terragrunt, reading, harvest), notes)
  each(isYaml, (file) => readYaml(file, reading, harvest))
  each(isMarkdown, (file) => readMarkdown(file, reading, harvest))
  each(isCommented, (file) => readComments(file, reading, harvest))

  if (deadline.over()) notes.push(noteAt({ file: '.' }, { code: 'run-time-over', of: 'declarations' }))

  const named = nameFiles(unique, harvest)
  const textless = [...named.textless, ...harvest.textless]
  return {
    ...settle({
      policies: [...named.policies, ...harvest.policies],
      roles: harvest.roles.map((role) => withGrants(withType(role, harvest), harvest.grants)),
      mounts: harvest.mounts,
      authMounts: harvest.authMounts,
    }),
    notes: [...notes, ...harvest.limits, ...textless.map(noteOf)],
    also: { unnamed: harvest.unnamed, textless, tokens: tokensOf(harvest) },
  }
}

/** Reading is recursive where the text is: brackets nested by the thousand are an attack or an accident, and one note. */
function guard(file: SourceFile, read: (file: SourceFile) => void, notes: Note[]): void {
  try {
    read(file)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    notes.push(noteAt({ file: file.file }, { code: 'declared-too-deep' }))
  }
}

function isPolicyFile({ relative, text }: SourceFile): boolean {
  const named = /\.(?:hcl|policy)(?:\.(?:tpl|tftpl|tmpl|j2))?$|policy[^/]*\.(?:tpl|tftpl|tmpl|j2)$/.test(relative)
  return named && looksLikePolicy(text)
}

function isServerConfig({ relative, text }: SourceFile): boolean {
  return relative.endsWith('.hcl') && SELF_INIT.test(text)
}

function readPolicyFile(source: SourceFile, harvest: Harvest): void {
  harvest.files.push({ source, placed: wholeFile(source.file, source.text), form: 'hcl' })
}

function isRecipes(file: SourceFile): boolean {
  return isMakefile(file) || isJustfile(file)
}

function readShellFile(source: SourceFile, reading: Reading, harvest: Harvest): void {
  if (!VAULT_CALL.test(source.text)) return
  readScript(wholeScript(source), { source, form: 'shell', harvest, ...reading })
}

function terraformFiles(files: readonly SourceFile[]): SourceFile[] {
  const all = files.filter(({ relative }) => /\.(?:tf|tofu|tfvars)$/.test(relative))
  return all.some(({ text }) => text.includes('"vault_')) ? all : []
}

function isYaml({ relative, text }: SourceFile): boolean {
  if (!/\.(?:ya?ml|json)(?:\.(?:tpl|tmpl|j2))?$|(?:^|\/)Kustomization$/.test(relative)) return false
  return YAML_MARKERS.test(text) || VAULT_CALL.test(text) || VAULT_CALL_LIST.test(text)
}

function isCommented({ relative }: SourceFile): boolean {
  return !/\.(?:md|markdown|mdx)$/.test(relative)
}

function isMarkdown({ relative, text }: SourceFile): boolean {
  return /\.(?:md|markdown|mdx)$/.test(relative) && (VAULT_CALL.test(text) || /\bpath\s+"[^"\n]+"\s*\{/.test(text))
}

/** A role's type is that of its auth mount where the mount is enabled in Git, else what its fields and the mount's name tell. */
function withType(role: RoleFact, { authMounts }: Harvest): RoleFact {
  const types = new Set(authMounts.flatMap(({ path, type }) => (path === role.authMount && type !== '' ? [type] : [])))
  const [only] = types
  return types.size === 1 && only !== undefined ? asType(role, authTypeOf(only)) : role
}

/** A Secret that holds the root token of a dev server, as both are written in Git, holds a root token. */
function tokensOf({ tokens, rootTokens, secretValues }: Harvest): DeclaredToken[] {
  const roots = secretValues.filter(({ value }) => rootTokens.has(value))
  return [
    ...tokens,
    ...roots.map(({ value: _, ...secret }) => ({ ...secret, policies: ['root'], noDefaultPolicy: true })),
  ]
}

function noteOf({ name, source, span }: TextlessPolicy): Note {
  return noteAt(span, { code: 'policy-text-elsewhere', policy: name, source })
}
