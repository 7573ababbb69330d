import { GO_AND_SPRIG, type Signature, signatures } from '../../go-template/functions.ts'

/** ESO's own (runtime/template/v2 of 2.9.0). */
const ESO = signatures(`
  pkcs12key(string)string pkcs12keyPass(string,string)string pkcs12cert(string)string pkcs12certPass(string,string)string
  pemToPkcs12(string,string)string pemToPkcs12Pass(string,string,string)string fullPemToPkcs12(string,string)string
  fullPemToPkcs12Pass(string,string,string)string pemTruststoreToPKCS12(string)string
  pemTruststoreToPKCS12Pass(string,string)string filterPEM(string,string)string filterCertChain(string,string)string
  certSANs(string)[]string jwkPublicKeyPem(string)string jwkPrivateKeyPem(string)string toYaml(any)string
  fromYaml(string)dict rsaDecrypt(string,string,string,string)string
`)

/** The release whose functions these are. */
export const FUNCTIONS_OF = '2.9.0'

/** Every function that a template may call. */
export const FUNCTIONS: ReadonlyMap<string, Signature> = new Map([...GO_AND_SPRIG, ...ESO])

/** sprig's, and taken out by ESO on purpose. */
export const REMOVED_FUNCTIONS: ReadonlySet<string> = new Set(['env', 'expandenv', 'getHostByName'])

/** Only Helm has them: the text is a chart's template, not yet rendered. */
export const HELM_FUNCTIONS: ReadonlySet<string> = new Set([
  'include',
  'tpl',
  'lookup',
  'required',
  'toToml',
  'fromYamlArray',
])

/** What a Helm chart's template reads off the dot. */
export const HELM_OBJECTS: ReadonlySet<string> = new Set([
  'Values',
  'Release',
  'Chart',
  'Capabilities',
  'Files',
  'Template',
  'Subcharts',
])
