/* global React, ReactDOM, GraphiQL */

const examples = `# EPR, the Event Provenance Registry. Ctrl-Enter runs the operation under the cursor.

# What happened lately
query latest_events {
  events(event: {}, limit: 10, order: DESC) {
    id, name, version, release, success, event_receiver_id, created_at
  }
}

# What went wrong
query failures {
  events(event: { success: false }, limit: 10, order: DESC) {
    id, name, version, description, payload
  }
}

# What there is to post to
query receivers {
  event_receivers(event_receiver: {}, limit: 10, order: DESC) { id, name, type, version }
}

mutation create_receiver {
  create_event_receiver(
    event_receiver: {
      name: "foobar"
      version: "1.0.0"
      type: "foo.bar"
      description: "The event receiver of Brixton"
      schema: "{\\"type\\": \\"object\\"}"
    }
  )
}
`

const fetcher = GraphiQL.createFetcher({ url: 'graphql/query' })
const page = React.createElement(GraphiQL, { fetcher, defaultQuery: examples })
ReactDOM.createRoot(document.getElementById('graphiql')).render(page)
