import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type SamplePagesServer, serveSamplePages } from '../support/sample-pages-server.ts'
import { pageSamples } from '../views/page-samples.ts'
import { chromiumPath, complaintsOf, neededBrowser, type OpenBrowser, openBrowser, patienceMs } from './browser.ts'
import { axeViolations, sidewaysScrolls } from './page-checks.ts'

let server: SamplePagesServer
let browser: OpenBrowser

describe.skipIf(chromiumPath === undefined)(`every page in every state${neededBrowser}`, { timeout: patienceMs }, () => {
  beforeAll(async () => {
    server = await serveSamplePages()
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]()
    await server?.[Symbol.asyncDispose]()
  })

  test.each(Object.keys(pageSamples))('%s: accessible by day and by night, never wider than the screen', async (sample) => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    const complaints = complaintsOf(page)
    await page.goto(server.urlOf(sample))
    expect(await axeViolations(page)).toEqual([])
    expect(await sidewaysScrolls(page)).toEqual([])
    expect(complaints).toEqual([])
    await page.context().close()
  })
})
