import { describe, expect, test } from 'vitest'
import { describeApi } from '../../../server/app.ts'
import { handlerRoutes } from '../../../server/http/authorisation.ts'
import { findRouteRule } from '../../../server/http/route-rules.ts'
import { bodyOf, testApp } from '../../support/test-app.ts'

interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly security?: unknown; readonly responses: object }>>>>
}

describe('the description of the API', () => {
  test('is OpenAPI 3.1 and names every route below /api/v1', async () => {
    await using box = await testApp()
    const document = await bodyOf<Document>(await box.app.request('/api/v1/openapi.json'))
    expect(document.openapi).toBe('3.1.0')
    const pathsOfApi = Object.entries(document.paths).filter(([path]) => path.startsWith('/api/v1/'))
    const described = pathsOfApi.flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    )
    const mounted = handlerRoutes(box.app.routes).map(({ method, path }) => `${method} ${path}`)
    const ofApi = [...new Set(mounted)].filter((key) => key.includes(' /api/v1/') && !key.endsWith('/openapi.json'))
    expect(ofApi.length).toBeGreaterThan(8)
    expect(described.sort()).toEqual(ofApi.sort())
  })

  test('says of every operation who may call it, and what a problem looks like', async () => {
    await using box = await testApp()
    const document = await bodyOf<Document>(await box.app.request('/api/v1/openapi.json'))
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const [method, { security, responses }] of Object.entries(operations)) {
        const rule = findRouteRule(method.toUpperCase(), path.replaceAll(/\{(\w+)\}/g, ':$1'))
        const isForAll = rule?.permission === 'public' || rule?.permission === 'anyone'
        if (!isForAll) expect(security, `${method} ${path}`).toBeDefined()
        expect(responses, `${method} ${path}`).toHaveProperty('default')
      }
    }
  })

  test('is the same for `holdfast openapi`', async () => {
    await using box = await testApp()
    const served = await bodyOf<Document>(await box.app.request('/api/v1/openapi.json'))
    expect(
      JSON.parse(
        JSON.stringify(
          describeApi(
            {
              ...box.people,
              ...box.devicesSide,
              ...box.care,
              uploads: box.uploads,
              keyCare: box.keyCare,
              ...box.plansSide,
              ...box.sharesSide,
              ...box.lettersSide,
              ...box.restoresSide,
              retention: box.retention,
              versionNotes: box.versionNotes,
              drills: box.drills,
              copies: box.copies,
            },
            '0.0.0-test',
          ),
        ),
      ),
    ).toEqual(served)
  })

  test('reads as a page without scripts', async () => {
    await using box = await testApp()
    const answer = await box.app.request('/api/docs', { headers: { accept: 'text/html' } })
    const page = await answer.text()
    expect(answer.status).toBe(200)
    expect(page).toContain('GET /api/v1/customers/{customerId}')
    expect(page).toContain('Subscription')
    expect(page).not.toContain('[object Object]')
  })
})
