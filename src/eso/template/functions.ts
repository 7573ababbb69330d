const words = (text: string): readonly string[] => text.trim().split(/\s+/)

/** Predefined functions of Go's text/template. */
const GO = words(`
  and call html index slice js len not or print printf println urlquery eq ge gt le lt ne
`)

/** ESO's own (runtime/template/v2) and its copy of sprig, without `env` and `expandenv` (eso.md §6.4: sprig subset). */
const ESO = words(`
  pkcs12key pkcs12keyPass pkcs12cert pkcs12certPass pemToPkcs12 pemToPkcs12Pass fullPemToPkcs12 fullPemToPkcs12Pass
  pemTruststoreToPKCS12 pemTruststoreToPKCS12Pass filterPEM filterCertChain jwkPublicKeyPem jwkPrivateKeyPem
  toYaml fromYaml rsaDecrypt certSANs
`)
const SPRIG = words(`
  hello ago date date_in_zone date_modify dateInZone dateModify duration durationRound htmlDate htmlDateInZone
  must_date_modify mustDateModify mustToDate now toDate unixEpoch
  abbrev abbrevboth trunc trim upper lower title untitle substr repeat trimall trimAll trimSuffix trimPrefix nospace initials
  randAlphaNum randAlpha randAscii randNumeric swapcase shuffle snakecase camelcase kebabcase wrap wrapWith contains hasPrefix
  hasSuffix quote squote cat indent nindent replace plural sha1sum sha256sum sha512sum adler32sum toString
  atoi int64 int float64 seq toDecimal split splitList splitn toStrings until untilStep add1 add sub div mod mul randInt add1f
  addf subf divf mulf biggest max min maxf minf ceil floor round join sortAlpha
  default empty coalesce all any compact mustCompact fromJson toJson toPrettyJson toRawJson mustFromJson mustToJson
  mustToPrettyJson mustToRawJson ternary deepCopy mustDeepCopy
  typeOf typeIs typeIsLike kindOf kindIs deepEqual base dir clean ext isAbs osBase osClean osDir osExt osIsAbs
  b64enc b64dec b32enc b32dec hexdec tuple list dict get set unset hasKey pluck keys pick omit merge mergeOverwrite mustMerge
  mustMergeOverwrite values append push mustAppend mustPush prepend mustPrepend first mustFirst rest mustRest last mustLast
  initial mustInitial reverse mustReverse uniq mustUniq without mustWithout has mustHas slice mustSlice concat dig chunk
  mustChunk bcrypt htpasswd genPrivateKey derivePassword buildCustomCert genCA genCAWithKey genSelfSignedCert
  genSelfSignedCertWithKey genSignedCert genSignedCertWithKey encryptAES decryptAES randBytes uuidv4 semver semverCompare fail
  regexMatch mustRegexMatch regexFindAll mustRegexFindAll regexFind mustRegexFind regexReplaceAll mustRegexReplaceAll
  regexReplaceAllLiteral mustRegexReplaceAllLiteral regexSplit mustRegexSplit regexQuoteMeta urlParse urlJoin getHostByName
`)

export const KNOWN_FUNCTIONS: ReadonlySet<string> = new Set([...GO, ...ESO, ...SPRIG])

/** Taken out by ESO on purpose: certain to fail. */
export const REMOVED_FUNCTIONS: ReadonlySet<string> = new Set(['env', 'expandenv'])

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
