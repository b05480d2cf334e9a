/** Activity, single runs, jobs, and what runs now: nothing, one, many, too long, failed. */
import type { Html } from '../../views/html.ts'
import { type ActivityPageProps, activityPage, type RunRow } from '../../views/pages/activity.ts'
import { type JobProps, type JobsPageProps, jobsPage } from '../../views/pages/computer-jobs.ts'
import { type RunPageProps, runPage } from '../../views/pages/run.ts'
import type { RunningProps, WorkProps } from '../../views/partials/work.ts'
import type { PageContext, Viewer } from '../../views/site.ts'

const nowMs = Date.UTC(2026, 2, 26, 18, 20)
const hourMs = 3_600_000
const MiB = 1024 ** 2
const GiB = 1024 ** 3
const longName = 'A-VERY-LONG-NAME-THAT-SOMEBODY-GAVE-WITHOUT-THINKING-OF-TABLES-AND-PHONES-0123456789'

const nothing: WorkProps = { running: [], waiting: [], streamPath: '/activity/running?page=%2Factivity', path: '/activity' }

const running: RunningProps = {
  computer: 'DRAWING-02',
  path: '/computers/dev_x',
  job: 'office',
  phase: 'sending',
  filesDone: 1212,
  filesTotal: 1940,
  bytesDone: 3.4 * GiB,
  bytesTotal: 5.9 * GiB,
  bytesPerSecond: 48 * MiB,
  leftMs: 55_000,
  isStopping: false,
  stopPath: '/computers/dev_x/orders',
}

export const busyWork: WorkProps = {
  ...nothing,
  running: [
    running,
    { ...running, computer: longName, phase: 'scanning', bytesTotal: undefined, filesTotal: undefined, leftMs: undefined },
  ],
  waiting: [
    {
      computer: 'SERVER-01',
      words: 'a backup was asked for',
      givenAtMs: nowMs - hourMs,
      givenBy: 'helen@calder-rowe.example',
      state: 'waiting',
    },
  ],
}

function row(index: number): RunRow {
  const states = ['ok', 'partial', 'failed', 'ok', 'running', 'paused'] as const
  const state = states[index % states.length]!
  const words = {
    ok: '',
    partial: '3 left out, 2 known',
    failed: 'The box cannot be reached.',
    running: '',
    paused: 'The licence has ended.',
  }[state]
  return {
    path: '/activity/run_x',
    computer: index === 4 ? longName : `PC-${index}`,
    job: 'default',
    state,
    words,
    startedAtMs: nowMs - index * 7 * hourMs,
    tookMs: state === 'running' ? undefined : 65_000 * (index + 1),
    files: 12_345 * index,
    newBytes: index * 77 * MiB,
  }
}

function activity(viewer: Viewer, props: Partial<ActivityPageProps>): (page: PageContext) => Html {
  return (page) =>
    activityPage({
      ...page,
      viewer,
      runs: Array.from({ length: 20 }, (_, index) => row(index)),
      computers: [{ id: 'dev_x', name: 'DRAWING-02' }],
      filter: { computer: undefined, state: undefined, day: undefined },
      work: nothing,
      pager: { words: 'The newest', next: '/activity?after=x', backWord: 'Newest', nextWord: 'Older' },
      ...props,
    })
}

const log = `2026-03-26T18:00:12Z backup started {"job":"office","cause":"schedule"}
2026-03-26T18:00:13Z scanning {"files":0,"bytes":0}
2026-03-26T18:04:50Z left out {"path":"/home/ann/mail/open.db","reason":"changed"}
2026-03-26T18:05:01Z backup ended {"job":"office","verdict":"partial","files":1940}`

function run(viewer: Viewer, props: Partial<RunPageProps>): (page: PageContext) => Html {
  return (page) =>
    runPage({
      ...page,
      viewer,
      computer: 'DRAWING-02',
      computerPath: '/computers/dev_x',
      job: 'office',
      state: 'partial',
      says: '2 files were left out.',
      lead: 'Everything else is safe. 1 more are known and accepted.',
      cause: 'schedule',
      startedAtMs: nowMs - hourMs,
      endedAtMs: nowMs - hourMs + 290_000,
      files: 1940,
      sourceBytes: 5.9 * GiB,
      newBytes: 31 * MiB,
      skipped: 3,
      knownSkips: 1,
      failure: undefined,
      attempts: [],
      versionPath: '/versions/snap_x/browse',
      leftOut: [
        { path: '/home/ann/mail/open.db', reason: 'changed', detail: 'changed 3 times', isKnown: false },
        { path: `/home/ann/${longName}/${longName}.tmp`, reason: 'unreadable', detail: 'EACCES', isKnown: false },
        { path: '/run/ann.sock', reason: 'unsupported', detail: 'a socket', isKnown: true },
      ],
      whyNoList: undefined,
      accepted: [
        {
          pattern: '*.sock',
          reason: 'Sockets hold nothing.',
          acceptedBy: 'helen@calder-rowe.example',
          acceptedAtMs: nowMs - 9 * hourMs,
          revokePath: '/activity/run_x/accepted/skp_x/revoke',
        },
      ],
      acceptPath: '/activity/run_x/accept',
      acceptProblem: undefined,
      log,
      logIsHidden: false,
      work: nothing,
      ...props,
    })
}

const failedAttempt = {
  startedAtMs: nowMs - 2 * hourMs,
  endedAtMs: nowMs - 2 * hourMs + 30_000,
  code: 'HF-SERVER-UNREACHABLE',
  words: 'Nobody answers.',
}

const job: JobProps = {
  name: 'office',
  sources: ['/home/ann/Documents', '/home/ann/Pictures'],
  excludes: ['*.tmp', 'node_modules/'],
  sourceCount: 2,
  excludeCount: 2,
  schedules: ['daily 18:00'],
  isPaused: false,
  keep: 'last 5, daily 14',
  nextAtMs: nowMs + 23 * hourMs,
}

function jobs(viewer: Viewer, props: Partial<JobsPageProps>): (page: PageContext) => Html {
  return (page) =>
    jobsPage({
      ...page,
      viewer,
      computer: { name: 'DRAWING-02', path: '/computers/dev_x' },
      path: '/computers/dev_x/jobs',
      revision: '7-0123456789abcdef',
      timeZone: 'Europe/London',
      toldAtMs: nowMs - hourMs,
      keepsSchedule: true,
      jobs: [job],
      waiting: undefined,
      conflict: undefined,
      failed: undefined,
      mayEdit: true,
      mayReadPaths: true,
      problem: undefined,
      ...props,
    })
}

export function activitySamples(viewer: Viewer): Readonly<Record<string, (page: PageContext) => Html>> {
  const staff: Viewer = { ...viewer, standing: 'guest', staff: 'implementor', role: 'Implementor' }
  return {
    'activity-none': activity(viewer, { runs: [], pager: { words: '' } }),
    'activity-none-like-that': activity(viewer, {
      runs: [],
      filter: { computer: 'dev_x', state: 'failed', day: '2026-03-14' },
      pager: { words: '' },
    }),
    'activity-many': activity(viewer, {
      work: busyWork,
      restores: {
        newest: (['running', 'partly', 'done'] as const).map((state, index) => ({
          path: index === 2 ? undefined : '/restores/rst_x',
          what: index === 2 ? '229 files' : '/home/helen/Documents',
          computer: 'DRAWING-02',
          askedAtMs: nowMs - index * 86_400_000,
          state,
        })),
        path: '/restores',
      },
    }),
    'run-partial': run(viewer, {}),
    'run-accept-wrong': run(viewer, {
      acceptProblem: { pattern: '[x', reason: 'no', words: '"[x" is no pattern.' },
    }),
    'run-known': run(viewer, { state: 'ok', says: 'Backed up, 3 known skips.', knownSkips: 3 }),
    'run-failed': run(viewer, {
      state: 'failed',
      says: 'This backup failed.',
      lead: 'No version came of it. What earlier backups kept is safe.',
      failure: { code: 'HF-SERVER-UNREACHABLE', words: 'Nobody answers.', manualPath: '/docs/errors/HF-SERVER-UNREACHABLE' },
      attempts: [failedAttempt, failedAttempt, { ...failedAttempt, code: undefined, words: '' }],
      skipped: 0,
      knownSkips: 0,
      leftOut: undefined,
      accepted: [],
      versionPath: undefined,
      log: undefined,
    }),
    'run-for-staff': run(staff, {
      leftOut: undefined,
      whyNoList: 'Their names belong to the account; its own people see them here.',
      accepted: [],
      acceptPath: undefined,
      logIsHidden: true,
      versionPath: undefined,
    }),
    'run-running': run(viewer, {
      state: 'running',
      says: 'This backup is running.',
      endedAtMs: undefined,
      skipped: 0,
      leftOut: undefined,
      accepted: [],
      log: undefined,
      work: { ...nothing, running: [running] },
    }),
    'jobs-one': jobs(viewer, {}),
    'jobs-none': jobs(viewer, { jobs: [] }),
    'jobs-waiting': jobs(viewer, {
      waiting: { givenAtMs: nowMs - hourMs, givenBy: 'helen@calder-rowe.example', isListening: false },
      keepsSchedule: false,
    }),
    'jobs-conflict': jobs(viewer, {
      conflict: {
        givenAtMs: nowMs - hourMs,
        givenBy: 'helen@calder-rowe.example',
        jobs: [{ ...job, schedules: ['daily 07:00'], isPaused: true }],
      },
    }),
    'jobs-wrong': jobs(viewer, {
      problem: { words: '"nonsense" is no schedule.', job: { ...job, schedules: ['nonsense'] }, isNew: false },
    }),
    'jobs-for-staff': jobs(staff, {
      jobs: [{ ...job, sources: undefined, excludes: undefined, isPaused: true }],
      mayReadPaths: false,
    }),
  }
}
