/** Argo CD refuses what a generator asks for, and then makes nothing of the whole ApplicationSet. The message is Argo CD's. */
export class GeneratorFailure extends Error {}
