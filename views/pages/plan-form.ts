import { html } from 'hono/html'
import type { Html, Page } from '../html.ts'
import { appPage } from '../layout.ts'
import { field } from '../partials/field.ts'
import { notice } from '../partials/notice.ts'
import { partHead } from '../partials/part-head.ts'
import { sentence } from '../partials/sentence.ts'
import { comingFeatures, type FeatureName, featureNames } from '../partials/terms.ts'
import { trail } from '../partials/trail.ts'
import type { PageContext, Viewer } from '../site.ts'

export const planFields = [
  'name',
  'quota',
  'computers',
  'interval',
  'validity',
  'grace',
  'price',
  'keepLast',
  'allWithinDays',
  'hourly',
  'daily',
  'weekly',
  'monthly',
  'yearly',
] as const
export type PlanField = (typeof planFields)[number]

const ruleWords = [
  { field: 'keepLast', label: 'The newest', unit: 'versions' },
  { field: 'allWithinDays', label: 'Every version of the last', unit: 'days' },
  { field: 'hourly', label: 'One an hour for', unit: 'hours' },
  { field: 'daily', label: 'One a day for', unit: 'days' },
  { field: 'weekly', label: 'One a week for', unit: 'weeks' },
  { field: 'monthly', label: 'One a month for', unit: 'months' },
  { field: 'yearly', label: 'One a year for', unit: 'years' },
] as const satisfies readonly { readonly field: PlanField; readonly label: string; readonly unit: string }[]

export type PlanFormPageProps = PageContext & {
  readonly viewer: Viewer
  /** Undefined: a new one. */
  readonly planName: string | undefined
  readonly path: string
  readonly backPath: string
  readonly seenRevision: number
  readonly holders: number
  readonly values: Readonly<Record<PlanField, string>>
  readonly features: readonly FeatureName[]
  readonly problems: Readonly<Partial<Record<PlanField, string>>>
  readonly problem: string | undefined
}

/** A plan's fields: a new one, or one that is changed for new sales or for everybody who has it. */
export function planFormPage(props: PlanFormPageProps): Page {
  const { planName, path, backPath, values, problems, features, holders } = props
  const title = planName === undefined ? 'A new plan' : `Change ${planName}`
  return appPage({
    ...props,
    title,
    place: 'plans',
    body: html`
    ${trail('Where this is', [{ name: 'Plans', path: '/plans' }, ...(planName === undefined ? [] : [{ name: planName, path: backPath }])])}
    <header class="page-head"><div>${sentence({ says: `${title}.`, ...(planName === undefined ? {} : { small: ['Nothing changes before you have seen what it does.'] }) })}</div></header>
    ${props.problem === undefined ? '' : notice({ icon: 'triangle-alert', state: 'partial', words: props.problem })}
    <form class="part flow" action="${path}" method="post">
      <input type="hidden" name="seen" value="${String(props.seenRevision)}">
      <section aria-labelledby="what">
        ${partHead({ id: 'what', title: 'What it is' })}
        ${field({ name: 'name', label: 'Name', value: values.name, problem: problems.name })}
        <div class="rules">
          ${numberField(props, 'quota', 'Space', 'GiB')}
          ${numberField(props, 'computers', 'Computers', 'computers')}
          ${numberField(props, 'interval', 'Shortest interval between backups by schedule', 'minutes, 0 for none')}
          ${numberField(props, 'validity', 'Valid for', 'days, empty for no end')}
          ${numberField(props, 'grace', 'Backups go on after the end for', 'days')}
        </div>
        <div class="field"><label for="price">Price, as it is shown</label><input id="price" name="price" type="text" maxlength="100" value="${values.price}"${problems.price === undefined ? '' : html` aria-invalid="true" aria-describedby="price-problem"`}>${problems.price === undefined ? '' : html`<p class="wrong" id="price-problem">${problems.price}</p>`}</div>
        <fieldset class="stack"><legend>Besides</legend>${Object.entries(featureNames).map(
          ([name, label]) =>
            html`<label class="check"><input type="checkbox" name="features[]" value="${name}"${features.includes(name as FeatureName) ? html` checked` : ''}><span>${label}${comingFeatures.includes(name as FeatureName) ? html` <span class="sub">Once the box has it</span>` : ''}</span></label>`,
        )}</fieldset>
      </section>
      <section aria-labelledby="rules">
        ${partHead({ id: 'rules', title: 'How long versions are kept' })}
        <p class="hint">Each rule keeps the newest version of each of so many hours, days and so on that have one. 0 switches a rule off. What is pinned, the newest good version, everything of the last day and one an hour of the last seven days stay whatever stands here.</p>
        <div class="rules">${ruleWords.map(({ field: name, label, unit }) => numberField(props, name, label, unit))}</div>
      </section>
      ${buttons(planName, backPath, holders)}
    </form>`,
  })
}

function buttons(planName: string | undefined, backPath: string, holders: number): Html {
  if (planName === undefined)
    return html`<p class="row"><button class="button primary" name="step" value="save">Make this plan</button><a class="button" href="${backPath}">Make none</a></p>`
  const both = holders > 0
  return html`<p class="row">${both ? html`<button class="button primary" name="step" value="rehearse">See what it does to the ${String(holders)} who ${holders === 1 ? 'has' : 'have'} it</button>` : ''}<button class="${both ? 'button' : 'button primary'}" name="step" value="save">${both ? 'Use it for new sales only' : 'Save'}</button><a class="button" href="${backPath}">Leave ${planName} as it is</a></p>`
}

function numberField({ values, problems }: PlanFormPageProps, name: PlanField, label: string, unit: string): Html {
  const problem = problems[name]
  const wrong = problem === undefined ? html`` : html` aria-invalid="true" aria-describedby="${name}-problem"`
  return html`<div class="field"><label for="${name}">${label}</label><span class="row"><input id="${name}" name="${name}" type="text" inputmode="decimal"${name === 'validity' ? '' : html` required`} maxlength="12" value="${values[name]}"${wrong}><span>${unit}</span></span>${problem === undefined ? '' : html`<p class="wrong" id="${name}-problem">${problem}</p>`}</div>`
}
