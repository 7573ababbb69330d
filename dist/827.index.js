export const id = 827;
export const ids = [827];
export const modules = {

/***/ 4827:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  drift: () => (/* binding */ drift),
  isDrift: () => (/* binding */ isDrift)
});

;// CONCATENATED MODULE: ./build/dist/drift/parts-not-checked.js
/**
 * Parts that were asked for and that the server did not tell, a sentence each, for reasons other than a lacking right (those are
 * counted apart). Whoever says "clean" of what was not checked closes an issue that still stands (platform.md §4.3).
 */
function partsNotChecked(wanted, live) {
    const sentences = new Set();
    for (const [namespace, parts] of wanted) {
        const state = live.get(namespace);
        if (state === undefined)
            continue;
        const seen = [
            ...(parts.mounts ?? []).map((path) => state.mount(path)),
            ...(parts.authMounts ?? []).map((path) => state.authMount(path)),
            ...(parts.authConfig === true ? (parts.authMounts ?? []).map((path) => state.authConfig(path)) : []),
            ...(parts.roles ?? []).map((role) => state.role(role.authMount, role.name)),
            ...(parts.policies ?? []).map((name) => state.policy(name)),
            ...(parts.secrets ?? []).map(({ mount, key, version }) => state.secretFact(mount, key, version)),
        ];
        for (const one of seen)
            if (one?.presence === 'unknown')
                sentences.add(one.because);
        for (const { mount, path } of parts.finds ?? []) {
            const found = state.find(mount, path);
            if (found === undefined)
                continue;
            if ('names' in found) {
                if (found.incomplete !== undefined)
                    sentences.add(found.incomplete);
            }
            else
                sentences.add(found.because);
        }
    }
    return [...sentences];
}

// EXTERNAL MODULE: ./build/dist/model/invalid-input.js
var invalid_input = __webpack_require__(6153);
// EXTERNAL MODULE: ./build/dist/report/outcome.js
var report_outcome = __webpack_require__(3240);
// EXTERNAL MODULE: ./build/dist/report/reasons/offline.js
var offline = __webpack_require__(3821);
// EXTERNAL MODULE: ./build/dist/rules/registry.js + 98 modules
var registry = __webpack_require__(443);
// EXTERNAL MODULE: ./build/dist/rules/state-drift.js
var state_drift = __webpack_require__(8186);
// EXTERNAL MODULE: ./build/dist/setup/plan.js + 8 modules
var setup_plan = __webpack_require__(2836);
// EXTERNAL MODULE: ./build/dist/modes/check.js + 5 modules
var check = __webpack_require__(277);
// EXTERNAL MODULE: ./build/dist/modes/look-for-drift.js + 11 modules
var look_for_drift = __webpack_require__(7118);
// EXTERNAL MODULE: ./build/dist/modes/prepare-setup.js + 3 modules
var prepare_setup = __webpack_require__(4964);
;// CONCATENATED MODULE: ./build/dist/modes/drift.js










/** So many parts that the server did not tell are named one by one. */
const NOT_CHECKED_NAMED = 5;
/**
 * The full check of everything, and beside it what the server has otherwise than Git or the manifests say, what nothing uses, and
 * what ends soon. Whatever was not checked makes the run incomplete: it is never drift, and never "clean" (platform.md §4.3).
 *
 * @throws InvalidInput when there is no server to compare with.
 */
async function drift(settings, deps) {
    if (deps.live === undefined && deps.incomplete.length === 0) {
        const why = (0,offline/* offlineSentence */.F)(settings.offlineBecause);
        throw new invalid_input/* InvalidInput */.o(`${why} Mode drift compares a server with Git: give \`vault-addr\` and a way to log in.`);
    }
    const setup = await (0,prepare_setup/* prepareSetup */.XN)(settings, deps);
    const plan = (0,setup_plan/* makePlan */.C)({ ...setup.input, live: setup.gathered.live });
    const gathered = (0,look_for_drift/* withDrift */.sb)(settings, setup.gathered, deps, plan);
    const report = (0,check/* reportByRules */.Hp)(settings, deps, gathered, registry/* RULES */.y.map(turnedOn));
    const incomplete = [...new Set([...report.incomplete, ...notCheckedSentences(gathered)])];
    const drifted = report.findings.some(isDrift);
    const unchecked = report.notChecked.length > 0;
    const outcome = (0,report_outcome/* outcomeOf */.s)({ findings: report.findings, failOn: settings.failOn, incomplete, unchecked, drifted });
    return { report: { ...report, incomplete, outcome }, gathered };
}
/** Drift fails the run whatever `fail-on` says (design §3), unless the config makes the rule a note. */
function isDrift({ rule, severity }) {
    return rule === state_drift/* stateDrift */.H.id && severity !== 'note';
}
/** In drift the rules of hygiene are on; the config may still turn each of them off. */
function turnedOn(rule) {
    return { ...rule, optIn: false };
}
function notCheckedSentences({ wanted, live }) {
    // A request that was not answered is told already.
    const told = new Set([...live.values()].flatMap(({ unanswered }) => unanswered));
    const sentences = partsNotChecked(wanted, live).filter((sentence) => !told.has(sentence));
    const more = sentences.length - NOT_CHECKED_NAMED;
    return [...sentences.slice(0, NOT_CHECKED_NAMED), ...(more > 0 ? [`And ${more} more parts were not checked.`] : [])];
}


/***/ })

};
