const words = (text: string): readonly string[] => text.trim().split(/\s+/)

/** What a function of a template takes and gives, as Go sees it. `value`: anything, unconverted (`reflect.Value`). */
export interface Signature {
  readonly params: readonly string[]
  /** The last parameter may be given any number of times. */
  readonly variadic: boolean
  readonly result: string
}

/** Go's own functions. `slice` is sprig's. */
const GO = words(`
  and(value,...value)value or(value,...value)value not(value)bool len(value)int index(value,...value)value
  call(value,...value)value eq(value,...value)bool ne(value,value)bool lt(value,value)bool le(value,value)bool
  gt(value,value)bool ge(value,value)bool print(...any)string printf(string,...any)string println(...any)string
  html(...any)string js(...any)string urlquery(...any)string
`)

/** sprig's, without what could read the program's surroundings: every program here takes that out (eso.md §6.4). */
const SPRIG = words(`
  abbrev(int,string)string abbrevboth(int,int,string)string add(...any)int64 add1(any)int64 add1f(any)float64
  addf(...any)float64 adler32sum(string)string ago(any)string all(...any)bool any(...any)bool append(any,any)list
  atoi(string)int b32dec(string)string b32enc(string)string b64dec(string)string b64enc(string)string base(string)string
  bcrypt(string)string biggest(any,...any)int64 buildCustomCert(string,string)sprig.certificate camelcase(string)string
  cat(...any)string ceil(any)float64 chunk(int,any)[]list clean(string)string coalesce(...any)any compact(any)list
  concat(...any)any contains(string,string)bool date(string,any)string dateInZone(string,any,string)string
  dateModify(string,time.Time)time.Time date_in_zone(string,any,string)string date_modify(string,time.Time)time.Time
  decryptAES(string,string)string deepCopy(any)any deepEqual(any,any)bool default(any,...any)any
  derivePassword(uint32,string,string,string,string)string dict(...any)dict dig(...any)any dir(string)string
  div(any,any)int64 divf(any,...any)float64 duration(any)string durationRound(any)string empty(any)bool
  encryptAES(string,string)string ext(string)string fail(string)string first(any)any float64(any)float64 floor(any)float64
  fromJson(string)any genCA(string,int)sprig.certificate genCAWithKey(string,int,string)sprig.certificate
  genPrivateKey(string)string genSelfSignedCert(string,list,list,int)sprig.certificate
  genSelfSignedCertWithKey(string,list,list,int,string)sprig.certificate
  genSignedCert(string,list,list,int,sprig.certificate)sprig.certificate
  genSignedCertWithKey(string,list,list,int,sprig.certificate,string)sprig.certificate get(dict,string)any
  has(any,any)bool hasKey(dict,string)bool hasPrefix(string,string)bool hasSuffix(string,string)bool hello()string
  hexdec(string)string htmlDate(any)string htmlDateInZone(any,string)string
  htpasswd(string,string,sprig.HashAlgorithm)string indent(int,string)string initial(any)list initials(string)string
  int(any)int int64(any)int64 isAbs(string)bool join(string,any)string kebabcase(string)string keys(...dict)[]string
  kindIs(string,any)bool kindOf(any)string last(any)any list(...any)list lower(string)string max(any,...any)int64
  maxf(any,...any)float64 merge(dict,...dict)any mergeOverwrite(dict,...dict)any min(any,...any)int64
  minf(any,...any)float64 mod(any,any)int64 mul(any,...any)int64 mulf(any,...any)float64 mustAppend(any,any)list
  mustChunk(int,any)[]list mustCompact(any)list mustDateModify(string,time.Time)time.Time mustDeepCopy(any)any
  mustFirst(any)any mustFromJson(string)any mustHas(any,any)bool mustInitial(any)list mustLast(any)any
  mustMerge(dict,...dict)any mustMergeOverwrite(dict,...dict)any mustPrepend(any,any)list mustPush(any,any)list
  mustRegexFind(string,string)string mustRegexFindAll(string,string,int)[]string mustRegexMatch(string,string)bool
  mustRegexReplaceAll(string,string,string)string mustRegexReplaceAllLiteral(string,string,string)string
  mustRegexSplit(string,string,int)[]string mustRest(any)list mustReverse(any)list mustSlice(any,...any)any
  mustToDate(string,string)time.Time mustToJson(any)string mustToPrettyJson(any)string mustToRawJson(any)string
  mustUniq(any)list mustWithout(any,...any)list must_date_modify(string,time.Time)time.Time nindent(int,string)string
  nospace(string)string now()time.Time omit(dict,...string)dict osBase(string)string osClean(string)string
  osDir(string)string osExt(string)string osIsAbs(string)bool pick(dict,...string)dict pluck(string,...dict)list
  plural(string,string,int)string prepend(any,any)list push(any,any)list quote(...any)string randAlpha(int)string
  randAlphaNum(int)string randAscii(int)string randBytes(int)string randInt(int,int)int randNumeric(int)string
  regexFind(string,string)string regexFindAll(string,string,int)[]string regexMatch(string,string)bool
  regexQuoteMeta(string)string regexReplaceAll(string,string,string)string
  regexReplaceAllLiteral(string,string,string)string regexSplit(string,string,int)[]string repeat(int,string)string
  replace(string,string,string)string rest(any)list reverse(any)list round(any,int,...float64)float64
  semver(string)*semver.Version semverCompare(string,string)bool seq(...int)string set(dict,string,any)dict
  sha1sum(string)string sha256sum(string)string sha512sum(string)string shuffle(string)string slice(any,...any)any
  snakecase(string)string sortAlpha(any)[]string split(string,string)map[string]string splitList(string,string)[]string
  splitn(string,int,string)map[string]string squote(...any)string sub(any,any)int64 subf(any,...any)float64
  substr(int,int,string)string swapcase(string)string ternary(any,any,bool)any title(string)string
  toDate(string,string)time.Time toDecimal(any)int64 toJson(any)string toPrettyJson(any)string toRawJson(any)string
  toString(any)string toStrings(any)[]string trim(string)string trimAll(string,string)string
  trimPrefix(string,string)string trimSuffix(string,string)string trimall(string,string)string trunc(int,string)string
  tuple(...any)list typeIs(string,any)bool typeIsLike(string,any)bool typeOf(any)string uniq(any)list
  unixEpoch(time.Time)string unset(dict,string)dict until(int)[]int untilStep(int,int,int)[]int untitle(string)string
  upper(string)string urlJoin(dict)string urlParse(string)dict uuidv4()string values(dict)list without(any,...any)list
  wrap(int,string)string wrapWith(int,string,string)string
`)

const TYPES: Readonly<Record<string, string>> = {
  any: 'interface {}',
  dict: 'map[string]interface {}',
  list: '[]interface {}',
}

function signatureOf(text: string): readonly [name: string, Signature] {
  const [, name = '', given = '', result = ''] = /^(\w+)\((.*)\)(.+)$/.exec(text) ?? []
  const type = (word: string): string => (word.startsWith('[]') ? `[]${type(word.slice(2))}` : (TYPES[word] ?? word))
  const params = given === '' ? [] : given.split(',').map((param) => type(param.replace(/^\.\.\./, '')))
  return [name, { params, variadic: given.includes('...'), result: type(result) }]
}

/** Signatures as they are written here: `name(type,...type)type`, one after the other. */
export function signatures(text: string): ReadonlyMap<string, Signature> {
  return new Map(words(text).map(signatureOf))
}

/** Go's own functions, and sprig's. */
export const GO_AND_SPRIG: ReadonlyMap<string, Signature> = new Map([...GO, ...SPRIG].map(signatureOf))
