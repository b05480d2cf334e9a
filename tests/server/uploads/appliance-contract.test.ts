import { targetContract } from '../../contract/target.ts'
import { connectComputer, uploadBox } from '../../support/upload-box.ts'

targetContract('the appliance', async () => {
  const upload = await uploadBox()
  const [one, other] = [await connectComputer(upload, 'RECEPTION'), await connectComputer(upload, 'XRAY-PC')]
  const { target, device, secrets } = one
  return {
    target,
    device,
    secrets,
    other,
    [Symbol.asyncDispose]: async () => {
      for (const computer of [one, other]) await computer[Symbol.asyncDispose]()
      await upload[Symbol.asyncDispose]()
    },
  }
})
