import { buildMessage } from '../test/support/build-message.js'
import { createFakeFeed } from '../test/support/fake-source.js'
import { describeSourceContract } from '../test/support/source-contract.js'

describeSourceContract('a fake', async () => {
  const feed = createFakeFeed()
  return {
    createSource: feed.createSource,
    async tell(names) {
      for (const name of names) feed.add(JSON.stringify(buildMessage({ name })))
    },
    readDeadLetters: async () => feed.letters.map(({ failure }) => failure.error),
    close: async () => undefined,
  }
})
