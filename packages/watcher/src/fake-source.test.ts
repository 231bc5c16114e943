import { buildMessage, createFakeMessages } from '@epr/testing'
import { describeSourceContract } from '../test/support/source-contract.js'

describeSourceContract('a fake', async () => {
  const feed = createFakeMessages()
  return {
    createSource: feed.createSource,
    async tell(names) {
      for (const name of names) feed.add(JSON.stringify(buildMessage({ name })))
    },
    readDeadLetters: async () => feed.letters.map(({ failure }) => failure.error),
    close: async () => undefined,
  }
})
