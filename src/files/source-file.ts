/**
 * A text file that can matter, read once and shared by everything that looks into it: manifests, policies in HCL, shell,
 * Markdown, Terraform.
 */
export interface SourceFile {
  /** As shown to people: relative to the working directory, forward slashes. */
  readonly file: string
  /** Absolute path of the root (a `paths` entry, or the Git top level above it) that the file was found under. */
  readonly root: string
  /** Path below `root`, forward slashes: what a Flux `spec.path` or a kustomization's `resources` is compared with. */
  readonly relative: string
  readonly text: string
  /**
   * `workloads`: it says nothing of ESO, Vault or GitOps, and is read for who uses Secrets alone (consumers.md §8). `names`: SOPS
   * encrypted it, and the text holds the names of a Secret and of its keys, line by line, and no value.
   */
  readonly use?: 'workloads' | 'names'
}
