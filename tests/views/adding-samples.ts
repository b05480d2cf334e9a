/** Adding, managing and doubting computers, in every state. */
import type { Html } from '../../views/html.ts'
import {
  type AddComputerPageProps,
  addComputerPage,
  type LinkPageProps,
  type LinkRow,
  linkPage,
} from '../../views/pages/add-computer.ts'
import { enrolPage } from '../../views/pages/enrol.ts'
import { type ManageComputerPageProps, manageComputerPage } from '../../views/pages/manage-computer.ts'
import type { Arrival, ArrivalsProps, QuestionProps } from '../../views/partials/arrivals.ts'
import type { DoubtProps, PrintProps } from '../../views/partials/doubt.ts'
import type { PageContext, Viewer } from '../../views/site.ts'

const nowMs = Date.UTC(2026, 2, 26, 18, 20)
const hourMs = 3_600_000
const viewer: Viewer = {
  name: 'Helen Rowe',
  role: 'Owner',
  account: { name: 'Calder & Rowe Architects', number: 'C-000042' },
  standing: 'member',
  maySwitch: false,
}

const question: QuestionProps = {
  id: 'ask_x',
  name: 'RECEPTION',
  system: 'Windows 11 Pro 24H2, x64',
  address: '192.168.1.23',
  known: { name: 'RECEPTION-PC', number: 'D-000012', path: '/computers/dev_x' },
  why: 'the same board and network cards, with a system that was installed anew',
  likeness: 90,
  askedAtMs: nowMs - 60_000,
  mayAnswer: true,
  mayGrant: true,
}

const link = (props: Partial<LinkRow> = {}): LinkRow => ({
  path: '/computers/add/enr_x',
  madeBy: 'helen@calder-rowe.example',
  madeAtMs: nowMs - hourMs,
  endsAtMs: nowMs + 7 * 24 * hourMs,
  uses: 0,
  usesMax: 1,
  state: 'open',
  replaces: undefined,
  ...props,
})

function adding(props: Partial<AddComputerPageProps> = {}): (page: PageContext) => Html {
  return (page) =>
    addComputerPage({
      ...page,
      viewer,
      plans: [{ id: 'sub_x', name: 'Silver', computers: 3, computersMax: 10 }],
      chosen: { plan: 'sub_x', uses: '1', days: '7' },
      problem: undefined,
      links: [],
      questions: [],
      ...props,
    })
}

const arrival = (props: Partial<Arrival> = {}): Arrival => ({
  name: 'RECEPTION-PC',
  number: 'D-000012',
  system: 'Debian GNU/Linux 12, x64',
  path: '/computers/dev_x',
  atMs: nowMs - 60_000,
  backup: 'none',
  ...props,
})

function waiting(arrived: Partial<ArrivalsProps> = {}, props: Partial<LinkPageProps> = {}): (page: PageContext) => Html {
  return (page) =>
    linkPage({
      ...page,
      viewer,
      row: link(),
      made: undefined,
      isThisComputerOnly: false,
      arrived: { path: '/computers/add/enr_x', arrivals: [], questions: [], isOpen: true, left: 1, ...arrived },
      ...props,
    })
}

const made = {
  link: `https://backup.northquay.example:8443/enrol#hfe_${'k3q7'.repeat(13)}.${'-_v7'.repeat(10)}-_s`,
  code: 'K7QF-2M9X-4TRA',
  address: 'https://backup.northquay.example:8443',
  pin: '+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s=',
}

const print: PrintProps = {
  system: 'Debian GNU/Linux 12, x64',
  board: 'FUJITSU D3600-A1, 4c4c4544-0042-3510-8052-b4c04f335931',
  disks: 'S4XBNF0M812345',
  network: '4c:52:62:1a:2b:3c',
  machineId: '8f2c1c0e5d3b4a6f9e7d8c7b6a594837',
  address: '192.168.1.20',
}
const otherPrint: PrintProps = {
  ...print,
  board: 'Dell Inc. 0J37VM, 4c4c4544-0038-4b10-8032-c8c04f4c4d33',
  disks: 'WD-WCC6Y1234567',
  network: 'a4:bb:6d:01:02:03',
  address: '192.168.1.77',
}

const doubt = (props: Partial<DoubtProps> = {}): DoubtProps => ({
  kind: 'cloned',
  name: 'RECEPTION-PC',
  path: '/computers/dev_x/identity',
  known: print,
  other: otherPrint,
  otherAddress: '192.168.1.77',
  likeness: 10,
  firstAtMs: nowMs - 5 * hourMs,
  lastAtMs: nowMs - hourMs,
  times: 3,
  mayAnswer: true,
  ...props,
})

const goingFirst = Array.from({ length: 10 }, (_, index) => ({
  atMs: nowMs - (15 + index) * 24 * hourMs,
  newBytes: (index + 1) * 3_700_000,
}))

function manage(props: Partial<ManageComputerPageProps> = {}): (page: PageContext) => Html {
  return (page) =>
    manageComputerPage({
      ...page,
      viewer,
      name: 'RECEPTION-PC',
      number: 'D-000012',
      path: '/computers/dev_x',
      state: 'active',
      plan: 'Silver',
      plans: [{ id: 'sub_y', name: 'Gold, HF-7K2M-9QXA-41TP' }],
      move: undefined,
      moved: undefined,
      doubts: [],
      past: [
        {
          firstAtMs: nowMs - 30 * 24 * hourMs,
          lastAtMs: nowMs - hourMs,
          cause: 'connected',
          system: print.system,
          board: print.board,
          disks: print.disks,
          network: print.network,
          agentVersion: '0.1.0',
          address: print.address,
        },
      ],
      versions: 312,
      problem: undefined,
      may: { write: true, move: true, replace: true, end: true, forget: true },
      ...props,
    })
}

export const addingSamples = (longName: string): Readonly<Record<string, (page: PageContext) => Html>> => ({
  enrol: (page) => enrolPage(page),
  'add-none': adding({ plans: [] }),
  'add-one': adding({ links: [link()] }),
  'add-many': adding({
    questions: [question],
    links: [
      link({ usesMax: 12, uses: 3 }),
      link({ state: 'used', uses: 1, replaces: 'OLD-PC' }),
      link({ state: 'expired' }),
      link({ state: 'revoked', usesMax: 5, uses: 2 }),
    ],
  }),
  'add-long': adding({ links: [link({ replaces: longName, madeBy: `${longName.toLowerCase()}@calder-rowe.example` })] }),
  'add-failed': adding({
    problem: 'The number of uses is a whole number from 1 to 100.',
    chosen: { plan: '', uses: '0', days: '7' },
  }),
  'link-made': waiting({}, { made, isThisComputerOnly: true }),
  'link-waiting': waiting(),
  'link-asks': waiting({ questions: [question] }),
  'link-arrived': waiting(
    { arrivals: [arrival({ backup: 'running' })], isOpen: false, left: 0 },
    { row: link({ state: 'used', uses: 1 }) },
  ),
  'link-many': waiting(
    { arrivals: [arrival({ backup: 'done' }), arrival({ name: longName, backup: 'failed' }), arrival()], left: 9 },
    { row: link({ usesMax: 12, uses: 3 }) },
  ),
  'link-revoked': waiting({ isOpen: false }, { row: link({ state: 'revoked', replaces: 'OLD-PC' }) }),
  'manage-one': manage(),
  'manage-move': manage({
    move: {
      id: 'sub_y',
      from: 'Gold',
      to: 'Bronze',
      computers: 2,
      computersMax: 3,
      keptNow: 'every version of 7 days, then daily for 30 days',
      keptThen: 'daily for 14 days',
      going: { going: 47, first: goingFirst },
      freedBytes: 3.2 * 1024 ** 3,
      heldUntilMs: nowMs + 7 * 24 * hourMs,
      isUndo: false,
      isFull: false,
    },
  }),
  'manage-moved': manage({
    plan: 'Bronze',
    moved: {
      fromId: 'sub_y',
      from: 'Gold',
      to: 'Bronze',
      untilMs: nowMs + 5 * 24 * hourMs,
      going: { going: 47, first: goingFirst },
    },
  }),
  'manage-moved-long': manage({
    may: { write: false, move: false, replace: false, end: false, forget: false },
    plan: longName,
    moved: { fromId: 'sub_y', from: longName, to: longName, untilMs: nowMs + 2 * hourMs, going: { going: 0, first: [] } },
  }),
  'manage-move-back': manage({
    move: {
      id: 'sub_y',
      from: 'Bronze',
      to: 'Gold',
      computers: 4,
      computersMax: 50,
      keptNow: 'daily for 14 days',
      keptThen: 'every version of 7 days, then daily for 30 days',
      going: { going: 0, first: [] },
      freedBytes: 0,
      heldUntilMs: nowMs + 5 * 24 * hourMs,
      isUndo: true,
      isFull: false,
    },
  }),
  'manage-full': manage({
    move: {
      id: 'sub_y',
      from: 'Gold',
      to: 'Bronze',
      computers: 3,
      computersMax: 3,
      keptNow: 'daily',
      keptThen: 'daily',
      going: undefined,
      freedBytes: undefined,
      heldUntilMs: nowMs + 7 * 24 * hourMs,
      isUndo: false,
      isFull: true,
    },
  }),
  'manage-doubts': manage({ doubts: [doubt({ kind: 'changed' }), doubt()] }),
  'manage-unknown-clone': manage({ doubts: [doubt({ other: undefined, likeness: undefined, times: 1 })] }),
  'manage-long': manage({ name: longName, problem: 'A name has 1 to 200 characters, all on one line.' }),
  'manage-revoked': manage({ state: 'revoked', past: [] }),
  'manage-forgotten': manage({ state: 'forgotten', versions: 0 }),
  'manage-reader': manage({
    may: { write: false, move: false, replace: false, end: false, forget: false },
    doubts: [doubt({ mayAnswer: false })],
  }),
})
