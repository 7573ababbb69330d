import type { Note, RenderNote } from '../../model/note.ts'
import { counted } from '../../model/wording.ts'
import { renderText } from './not-checked.ts'

/** What was seen and left out, and why: a sentence, or a few. */
export function noteText(note: Note): string {
  switch (note.code) {
    case 'own-output':
      return `This file is ${note.what} that eso-vault wrote, and was not read: what a run finds out is not what Git declares.`
    case 'file-unreadable':
      return `This file cannot be read (${note.errno}).`
    case 'folder-unreadable':
      return `This folder cannot be listed (${note.errno}).`
    case 'file-too-large':
      return `This file is larger than ${note.mib} MiB and was not read.`
    case 'files-too-large':
      return `${filesNotRead(note.count)}: together the files are larger than ${note.mib} MiB. Give narrower paths.`
    case 'documents-too-many':
      return `${filesNotRead(note.count)}: together the files hold more than ${note.documents} documents. Give narrower paths.`
    case 'sops':
      return 'This file is encrypted by SOPS and was not read.'
    case 'symlink-leaves':
      return 'This symlink leads out of the repository and was not followed.'
    case 'symlink-loop':
      return 'This symlink leads to itself and was not followed.'
    case 'symlink-dead':
      return 'This symlink leads to nothing that can be read.'
    case 'run-time-over':
      return `${lateFiles(note)} not read: the time for the run was over (\`run-timeout\`).`
    case 'nothing-found':
      return `None of the ${note.count} files here holds External Secrets manifests, kustomizations or Vault policies.`
    case 'yaml-unparseable':
      return `This document is not valid YAML (${note.says}) and was not read.`
    case 'yaml-unusable':
      return `This YAML document was not read: ${note.says}.`
    case 'yaml-too-deep':
      return note.says === undefined
        ? 'This YAML document is nested too deep and was not read.'
        : `This YAML document was not read: ${note.says}.`
    case 'yaml-template':
      return `This document is a template (it holds ${note.holds} and is not YAML until rendered: ${note.says}) and was not read.`
    case 'yaml-template-keys':
      return `This document is a template that was not rendered (${note.says}) and was not read.`
    case 'yaml-duplicate-key':
      return `The key "${note.key}" stands twice in one map; kustomize and kubectl refuse this, here the later one is used.`
    case 'chart-template':
      return note.because === undefined
        ? 'This is a template of a Helm chart and was not read; give the rendered chart with "rendered".'
        : `This ${note.kind ?? 'object'} is in a template of a Helm chart that was not rendered: ${renderText(note.because)}.`
    case 'root-not-rendered':
    case 'part-not-rendered':
    case 'rendered-without':
    case 'path-absent':
    case 'foreign-source':
      return renderNoteText(note, note.file)
    case 'declared-too-deep':
      return 'Nested too deeply to be read for Vault policies and roles.'
    case 'declared-too-long':
      return note.of === 'script'
        ? `Not read to its end: its loops and functions come to more than ${note.most} commands.`
        : 'Terraform was not evaluated to its end: its loops and modules come to more than can be followed.'
    case 'terraform-not-read':
      return `The ${note.holds} of \`${note.resource}\` are not read, and name objects of External Secrets.`
    case 'policy-text-elsewhere':
      return `Policy \`${note.policy}\` is written here from ${note.source}, whose text is not among the files that were read: what it grants is unknown.`
  }
}

function lateFiles({ count, of }: Extract<Note, { code: 'run-time-over' }>): string {
  if (of === 'declarations') return 'Files that may declare roles and policies were'
  return count === undefined ? 'This file was' : `${counted(count, 'file')} ${count === 1 ? 'was' : 'were'}`
}

function filesNotRead(count: number): string {
  return `${counted(count, 'file')} ${count === 1 ? 'was' : 'were'} not read`
}

function renderNoteText(note: RenderNote, file: string): string {
  switch (note.code) {
    case 'root-not-rendered': {
      const { titles, why } = note
      const others = titles.length - 1
      const are = others === 0 ? 'is' : `and ${counted(others, 'other root')} are`
      return `${titles[0]} ${are} not rendered: ${renderText(why, file)}.`
    }
    case 'part-not-rendered': {
      const { why, others = 0 } = note
      const too =
        others === 0
          ? ''
          : ` ${others === 1 ? '1 other kustomization names' : `${others} other kustomizations name`} it too.`
      return `A part of ${file}, which ${why.says}, is not checked: ${renderText(why)}.${too}`
    }
    case 'rendered-without':
      return `${file} ${note.why.says}; kustomize would refuse it. It was rendered without.`
    case 'path-absent':
      return `The path of ${note.title} does not exist here (another repository's, or a typo).`
    case 'foreign-source':
      return `${note.title} applies another repository (its sourceRef), which is not here.`
  }
}
