export const id = 651;
export const ids = [651];
export const modules = {

/***/ 6651:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  answerText: () => (/* binding */ answerText)
});

// EXTERNAL MODULE: ./build/dist/policy/generate.js + 1 modules
var generate = __webpack_require__(5160);
// EXTERNAL MODULE: ./build/dist/report/plain-text.js
var plain_text = __webpack_require__(7654);
;// CONCATENATED MODULE: ./build/dist/report/ci-policy-text.js


/** The policy as HCL, ready for `vault policy write`; what is optional stands in it as a comment. */
function ciPolicyText({ rules, notes }) {
    const sections = [
        [
            '# What a CI token needs so that `eso-vault check` sees all that this repository asks of Vault, and no secret value.',
            ...notes.map((note) => `# Note: ${(0,plain_text/* oneLine */.TN)(note)}`),
        ].join('\n'),
    ];
    const purposes = [...new Set(rules.map((rule) => rule.purpose))];
    for (const purpose of purposes) {
        const lines = rules.filter((rule) => rule.purpose === purpose).map(block);
        sections.push([`# ${(0,plain_text/* oneLine */.TN)(purpose)}`, ...lines].join('\n'));
    }
    return (0,plain_text/* logSafe */.sN)(`${sections.join('\n\n')}\n`);
}
function block({ path, capabilities, needed }) {
    const line = `path ${(0,generate/* quoteHcl */.Y)(path)} { capabilities = [${capabilities.map((name) => `"${name}"`).join(', ')}] }`;
    return needed ? line : `# ${line}`;
}

// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __webpack_require__(7975);
// EXTERNAL MODULE: ./build/dist/model/wording.js
var wording = __webpack_require__(3751);
// EXTERNAL MODULE: ./build/dist/report/display-width.js
var display_width = __webpack_require__(2635);
;// CONCATENATED MODULE: ./build/dist/report/explain-text.js




const VERDICT_STYLE = {
    allowed: 'green',
    denied: ['bold', 'red'],
    unknown: 'yellow',
};
/** Columns before the names of a store's parts, and before what is said of a request. */
const MARGIN = 2;
const INNER = 6;
/** The explanation for people at a terminal: per object the login, then each request with the rule that decides it. */
function explainText(document, options) {
    const pen = {
        paint: options.color ? (style, text) => (0,external_node_util_.styleText)(style, text, { validateStream: false }) : (_, text) => text,
        width: Math.max(60, options.width ?? 100),
    };
    const blocks = [
        ...document.sessions.map((session) => sessionBlock(session, pen)),
        ...document.stores.map((store) => storeBlock(store, pen)),
        closing(document, pen),
    ];
    return (0,plain_text/* logSafe */.sN)(`${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`);
}
function sessionBlock(session, pen) {
    const { store, login } = session;
    const also = session.also.length === 0 ? [] : [`and the same for ${session.also.slice(0, 3).join(', ')}${more(session.also, 3)}`];
    return [
        title(session.manifest, session, pen),
        ...also.flatMap((text) => indented(text, MARGIN, pen)),
        '',
        ...appliedLines(session.applied, pen),
        ...(store === null
            ? []
            : [
                ...labelled('store', `${store.name}, ${store.engine}`, store, pen),
                ...(store.chosen === null ? [] : labelled('', `chosen: ${store.chosen}`, undefined, pen)),
                ...(store.vaultNamespace === null ? [] : labelled('namespace', store.vaultNamespace, undefined, pen)),
            ]),
        ...(login === null ? [] : loginLines(login, pen)),
        ...(session.problem === null ? [] : problem(session.problem, MARGIN, pen)),
        ...session.opening.flatMap((request) => ['', ...requestLines(request, pen)]),
        ...session.references.flatMap((reference) => ['', ...referenceLines(reference, pen)]),
        ...(session.closing.length === 0
            ? []
            : ['', `${' '.repeat(MARGIN)}${pen.paint('bold', 'the end of the session')}`]),
        ...session.closing.flatMap((request) => requestLines(request, pen)),
    ];
}
function storeBlock(store, pen) {
    return [
        title(`${store.store} becomes Ready`, store, pen),
        '',
        ...appliedLines(store.applied, pen),
        ...(store.login === null ? [] : loginLines(store.login, pen)),
        ...(store.problem === null ? [] : problem(store.problem, MARGIN, pen)),
        '',
        ...store.requests.flatMap((request) => requestLines(request, pen)),
    ];
}
/** The roots that bring it to a cluster, each on its line, or why none does. */
function appliedLines({ verdict, roots, cluster, because }, pen) {
    const label = verdict === 'presumed' ? 'presumed' : 'applied';
    const by = roots.length > 0 ? roots.map((root) => `by ${root}`) : [NO_ROOT[verdict]];
    return [
        ...by.flatMap((text, index) => labelled(index === 0 ? label : '', text, undefined, pen)),
        ...(cluster === null ? [] : labelled('cluster', cluster, undefined, pen)),
        ...(because === null ? [] : problem(because, MARGIN, pen)),
    ];
}
const NO_ROOT = {
    applied: 'yes',
    presumed: 'by nothing that Git shows; taken as applied',
    suspended: 'not now',
    unclear: 'perhaps',
    'not-applied': 'no',
};
function loginLines(login, pen) {
    return [
        ...labelled('logs in', login.identity, undefined, pen),
        ...(login.role === null ? [] : labelled('role', login.role, login.rolePlace ?? undefined, pen)),
        ...login.policies.flatMap(({ name, from, place, problem: lacks }, index) => {
            const where = from === 'vault' ? ' (as the server has it)' : from === 'built in' ? ' (as servers are born with it)' : '';
            const said = lacks === null ? where : `: ${lacks}`;
            return labelled(index === 0 ? (login.policies.length > 1 ? 'policies' : 'policy') : '', `${name}${said}`, place ?? undefined, pen);
        }),
        ...(login.problem === null ? [] : problem(login.problem, MARGIN, pen)),
    ];
}
function referenceLines(reference, pen) {
    const { paint } = pen;
    const more = [
        ...(reference.property === null ? [] : [`property ${reference.property}`]),
        ...(reference.secretVersion === null ? [] : [`version ${reference.secretVersion}`]),
    ];
    const what = (0,plain_text/* oneLine */.TN)([`${reference.operation} ${reference.key}`, ...more].join(', '));
    return [
        `${' '.repeat(MARGIN)}${paint('bold', (0,plain_text/* oneLine */.TN)(reference.field))}  ${what}  ${place(reference, pen)}`,
        ...reference.problems.flatMap((text) => problem(text, MARGIN + 2, pen)),
        ...reference.requests.flatMap((request) => requestLines(request, pen)),
        ...(reference.live === null ? [] : labelledAt(INNER, 'in Vault now', reference.live, pen)),
    ];
}
function requestLines(request, pen) {
    const { paint } = pen;
    const number = String(request.step).padStart(MARGIN + 2);
    const sent = `${request.method} ${(0,plain_text/* oneLine */.TN)(request.url)}${request.below ? '…' : ''}`;
    const [first] = request.verdicts;
    const single = request.verdicts.length === 1 && first !== undefined;
    const verdict = first === undefined
        ? paint('dim', 'unasked')
        : single
            ? paint(VERDICT_STYLE[first.verdict], first.verdict)
            : paint('yellow', 'differs');
    const below = request.below ? ' on everything below' : '';
    // The URL says the path already, unless it had to be encoded.
    const on = `/v1/${request.path}`.replace(/\/$/, '') === request.url.replace(/\?.*$/, '').replace(/\/$/, '');
    const asked = request.path === null
        ? `no policy is asked; ${request.when}`
        : `needs ${request.capability}${on ? below : ` on ${request.path}${below}`}; ${request.when}`;
    return [
        `${paint('blue', number)}  ${verdict}  ${paint('bold', sent)}`,
        ...indented(asked, INNER, pen),
        ...request.verdicts.flatMap((one) => verdictLines(one, pen)),
    ];
}
function verdictLines(verdict, pen) {
    const { paint } = pen;
    const servers = verdict.servers.length === 0
        ? []
        : indented(`${verdict.servers.join(' and ')}: ${verdict.verdict}`, INNER, pen).map((line) => paint(VERDICT_STYLE[verdict.verdict], line));
    const margin = ' '.repeat(INNER);
    const sign = verdict.verdict === 'allowed' ? paint('green', 'by') : paint('red', 'by');
    const rules = verdict.winner.map((rule) => `${margin}${sign} ${ruleText(rule, pen)}`);
    // The rule itself says why it allows; a denial and a doubt need their sentence.
    const because = verdict.verdict === 'allowed' && rules.length > 0 ? [] : indented(sentence(verdict.because), INNER, pen);
    const beaten = verdict.beaten.flatMap((rule) => [
        `${margin}${paint('dim', 'not')} ${ruleText(rule, pen)}`,
        ...indented(`because ${rule.why}`, INNER + 4, pen).map((line) => paint('dim', line)),
    ]);
    return [...servers, ...rules, ...because, ...beaten];
}
function ruleText(rule, pen) {
    const builtIn = rule.policy === 'default' && rule.place === null;
    const at = builtIn
        ? ''
        : rule.place !== null
            ? `  ${place(rule.place, pen)}`
            : rule.line === null
                ? ''
                : pen.paint('dim', `  line ${rule.line}`);
    const name = (0,plain_text/* oneLine */.TN)(`${rule.path} [${rule.capabilities.join(', ')}]`);
    return `${name} of ${(0,plain_text/* oneLine */.TN)(rule.policy)}${at}`;
}
function closing({ sessions, stores, live, incomplete }, pen) {
    const requests = [
        ...sessions.flatMap(({ opening, references, closing: end }) => [
            ...opening,
            ...references.flatMap((one) => one.requests),
            ...end,
        ]),
        ...stores.flatMap((store) => store.requests),
    ];
    const count = (verdict) => requests.filter(({ verdicts }) => verdicts.some((one) => one.verdict === verdict)).length;
    const parts = ['denied', 'unknown'].filter((verdict) => count(verdict) > 0);
    const tail = parts.map((verdict) => pen.paint(VERDICT_STYLE[verdict], `${count(verdict)} ${verdict}`)).join(', ');
    const all = tail === '' ? '' : `: ${tail}`;
    const said = requests.length === 0 && sessions.length === 0 && stores.length === 0
        ? 'No manifest makes External Secrets Operator ask Vault for anything.'
        : `${(0,wording/* counted */.hS)(requests.length, 'request')}${all}.`;
    return [
        said,
        ...(live === '' ? [] : (0,display_width/* wrap */.LV)((0,plain_text/* oneLine */.TN)(live), pen.width)),
        ...incomplete.flatMap((text) => (0,display_width/* wrap */.LV)(`Could not run: ${(0,plain_text/* oneLine */.TN)(text)}`, pen.width)),
    ];
}
function title(name, at, pen) {
    return `${pen.paint(['bold', 'underline'], (0,plain_text/* oneLine */.TN)(name))}  ${place(at, pen)}`;
}
function place({ file, line }, pen) {
    return pen.paint('cyan', `${(0,plain_text/* oneLine */.TN)(file)}:${line}`);
}
const LABEL = 11;
function labelled(label, text, at, pen) {
    const [first = '', ...rest] = (0,display_width/* wrap */.LV)((0,plain_text/* oneLine */.TN)(text), pen.width - MARGIN - LABEL);
    const margin = ' '.repeat(MARGIN);
    const lines = [
        `${margin}${pen.paint('dim', label.padEnd(LABEL))}${first}`,
        ...rest.map((line) => `${margin}${' '.repeat(LABEL)}${line}`),
    ];
    if (at !== undefined)
        lines[lines.length - 1] += `  ${place(at, pen)}`;
    return lines;
}
function labelledAt(margin, label, text, pen) {
    const [first = '', ...rest] = (0,display_width/* wrap */.LV)((0,plain_text/* oneLine */.TN)(`${label}: ${text}`), pen.width - margin);
    return [first, ...rest].map((line) => `${' '.repeat(margin)}${line}`);
}
function problem(text, margin, pen) {
    return indented(sentence(text), margin, pen).map((line) => pen.paint('yellow', line));
}
function indented(text, margin, pen) {
    return (0,display_width/* wrap */.LV)((0,plain_text/* oneLine */.TN)(text), pen.width - margin).map((line) => `${' '.repeat(margin)}${line}`);
}
function more(all, shown) {
    return all.length > shown ? ` and ${all.length - shown} more` : '';
}
function sentence(text) {
    const whole = text.charAt(0).toUpperCase() + text.slice(1);
    return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}

;// CONCATENATED MODULE: ./build/dist/report/references-text.js



/** One block for each path: who reads it, who writes it, and which properties. */
function referencesText({ paths, notChecked }, options) {
    const paint = options.color
        ? (style, text) => (0,external_node_util_.styleText)(style, text, { validateStream: false })
        : (_, text) => text;
    const blocks = paths.map((path) => pathLines(path, paint).join('\n'));
    if (notChecked.length > 0) {
        const lines = notChecked.flatMap((user) => [`  ${userLine([user], '?', paint)}`, `    ${(0,plain_text/* oneLine */.TN)(user.because)}`]);
        blocks.push([paint('yellow', `Not checked: ${(0,wording/* counted */.hS)(notChecked.length, 'reference')}`), ...lines].join('\n'));
    }
    const readers = paths.reduce((sum, path) => sum + path.readers.length, 0);
    const writers = paths.reduce((sum, path) => sum + path.writers.length, 0);
    blocks.push(paths.length === 0 && notChecked.length === 0
        ? 'No manifest makes External Secrets Operator ask Vault for anything.'
        : `${(0,wording/* counted */.hS)(paths.length, 'path')}: ${(0,wording/* counted */.hS)(readers, 'reference reads', 'references read')}, ${(0,wording/* counted */.hS)(writers, 'reference writes', 'references write')}.`);
    return (0,plain_text/* logSafe */.sN)(`${blocks.join('\n\n')}\n`);
}
function pathLines({ path, below, vaultNamespace, readers, writers, live }, paint) {
    const name = `${(0,plain_text/* oneLine */.TN)(path)}${below ? '/…' : ''}`;
    const where = vaultNamespace === null ? '' : `  namespace ${(0,plain_text/* oneLine */.TN)(vaultNamespace)}`;
    const now = live === null ? '' : `  ${(0,plain_text/* oneLine */.TN)(live)}`;
    return [
        `${paint('bold', name)}${where}${paint('dim', now)}`,
        ...byObject(readers).map((users) => `  ${userLine(users, 'reads', paint)}`),
        ...byObject(writers).map((users) => `  ${userLine(users, 'writes', paint)}`),
    ];
}
/** References of one object that say the same of it: twenty properties are one line. */
function byObject(users) {
    const groups = new Map();
    for (const user of users) {
        const id = JSON.stringify([user.manifest, user.file, user.operation, user.store]);
        const group = groups.get(id);
        if (group === undefined)
            groups.set(id, [user]);
        else
            group.push(user);
    }
    return [...groups.values()];
}
function userLine(users, verb, paint) {
    const [first] = users;
    const properties = [...new Set(users.map(({ property }) => property ?? '(whole)'))];
    const also = first.also.length === 0 ? '' : ` and ${(0,wording/* counted */.hS)(first.also.length, 'more object')} from the same lines`;
    const place = paint('cyan', `${(0,plain_text/* oneLine */.TN)(first.file)}:${first.line}`);
    return `${verb.padEnd(7)}${(0,plain_text/* oneLine */.TN)(first.manifest)}${also}  ${(0,plain_text/* oneLine */.TN)(first.operation)} ${(0,plain_text/* oneLine */.TN)(properties.join(', '))}  ${place}`;
}

// EXTERNAL MODULE: ./build/dist/report/terminal.js + 1 modules
var terminal = __webpack_require__(9435);
;// CONCATENATED MODULE: ./build/dist/report/answer-text.js





/** An answer as it is printed, safe for a runner's log. Why there is none is always told as text. */
function answerText(answered, format, options) {
    if (answered.answer === undefined)
        return (0,terminal/* terminalReport */.R)(answered.report, () => undefined, options);
    const { answer } = answered;
    if (format === 'json')
        return `${(0,plain_text/* logSafeJson */.C5)(JSON.stringify(answer.document, undefined, 2))}\n`;
    switch (answer.to) {
        case 'explain':
            return explainText(answer.document, options);
        case 'references':
            return referencesText(answer.document, options);
        case 'ci-policy':
            return ciPolicyText(answer.document);
    }
}


/***/ })

};
