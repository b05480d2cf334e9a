import { html } from 'hono/html'
import { dateText, daysSince, timeTag, whenInSentence, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { type AccountStandingProps, accountStanding } from '../partials/account-standing.ts'
import { type AlarmProps, alarmNotice, alarmStates } from '../partials/alarm.ts'
import { type MonthProps, monthPart } from '../partials/month.ts'
import { partHead } from '../partials/part-head.ts'
import { type PlanProps, planPart } from '../partials/plan.ts'
import { type ProvedProps, provedLine } from '../partials/proved.ts'
import { type KitAsked, recoveryKitNotices } from '../partials/recovery-kit.ts'
import { sentence } from '../partials/sentence.ts'
import { backUpNow, type WorkProps, workPart } from '../partials/work.ts'
import { grownPlate } from '../plates/grown-plate.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'
import { type Said, type Standing, standingSentence } from './home-standing.ts'

export type NextProps = { readonly atMs?: number; readonly words: string; readonly more?: string }

export type HomePageProps = PageContext & {
  readonly viewer: Viewer
  readonly standing: Standing
  readonly month: MonthProps
  readonly plan: PlanProps | undefined
  /** What comes when, in order of time. What has no time comes when somebody does it. */
  readonly next: readonly NextProps[]
  /** The newest version, or where to choose one; nothing while there is none. */
  readonly getBackPath: string | undefined
  /** Asked for until they were printed: without it, a lost box takes the keys with it. */
  readonly kitsAsked?: readonly KitAsked[]
  /** What waits for somebody, the most urgent first. */
  readonly alarms?: readonly AlarmProps[]
  readonly accountStanding?: AccountStandingProps
  /** Whether bringing files back was tried; nothing: there is none to bring back. */
  readonly proved?: ProvedProps | undefined
  readonly work?: WorkProps
  /** Where a backup of all computers is asked for; undefined for whoever may not. */
  readonly backUpPath?: string | undefined
}

/** Am I safe, since when, what is next. */
export function homePage(props: HomePageProps): Page {
  const { reader, standing, alarms = [] } = props
  const { said, others } = withAlarms(reader, standingSentence(reader, standing), alarms)
  return appPage({
    ...props,
    title: 'Home',
    place: 'home',
    body: html`
    <header class="home-head">
      ${said.sentence}
      <p class="lead">${said.lead}</p>
      ${props.proved === undefined ? '' : html`<p>${provedLine(reader, props.proved)}</p>`}
      <div class="row">
        ${props.getBackPath === undefined ? '' : html`<a class="button primary" href="${props.getBackPath}">${icon('rotate-ccw')}Get a file back</a>`}
        ${props.backUpPath === undefined ? '' : backUpNow(props.backUpPath)}
        <a class="button" href="/computers#add">${icon('plus')}Add a computer</a>
      </div>
      ${said.isGood ? grownPlate : ''}
    </header>
    ${accountStanding(reader, props.accountStanding ?? { kind: 'active' })}
    ${others.map((alarm) => alarmNotice(reader, alarm))}
    ${props.work === undefined ? '' : workPart(reader, props.work)}
    <section class="part" aria-labelledby="month">
      ${monthPart(reader, props.month)}
    </section>
    ${recoveryKitNotices(props.kitsAsked ?? [])}
    <div class="pair part">
      ${props.plan === undefined ? '' : planPart(reader, props.plan)}
      ${nextPart(props)}
    </div>`,
  })
}

/** A failure of the box takes the sentence's place; a warning does so only where there is nothing worse to say. */
function withAlarms(
  reader: Reader,
  standing: Said,
  alarms: readonly AlarmProps[],
): { readonly said: Said; readonly others: readonly AlarmProps[] } {
  const [worst, ...others] = alarms
  if (worst === undefined || (worst.severity === 'warning' && standing.isBad)) return { said: standing, others: alarms }
  const said = {
    sentence: sentence({
      state: alarmStates[worst.severity],
      says: worst.title,
      small: [`Since ${whenInSentence(reader, worst.firstAtMs)}.`],
    }),
    says: worst.title,
    lead: `${worst.detail} ${worst.hint} ${standing.says} ${standing.lead}`,
    isGood: false,
    isBad: true,
  }
  return { said, others }
}

/** What comes within days has its time of day. */
function nextText(reader: Reader, atMs: number): string {
  return daysSince(reader, atMs) > -7 ? whenText(reader, atMs) : dateText(reader, atMs)
}

function nextPart({ reader, next }: HomePageProps): Html {
  return html`<section class="part" aria-labelledby="next">
        ${partHead({ id: 'next', title: 'Next' })}
        <ol class="times">${next.map(
          ({ atMs, words, more }) => html`
          <li>${atMs === undefined ? html`<b>By hand</b>` : timeTag(atMs, nextText(reader, atMs))}<div>${words}${more === undefined ? '' : html` <p>${more}</p>`}</div></li>`,
        )}
        </ol>
      </section>`
}
