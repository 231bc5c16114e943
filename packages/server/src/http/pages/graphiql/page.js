/* global React, ReactDOM, GraphiQL */

const examples = `# Ctrl-Enter runs what is under the cursor.

# What happened lately
query latest_events {
  events(event: {}, limit: 10, order: DESC) {
    id name version release success
    event_receiver_id created_at
  }
}

# What went wrong
query failures {
  events(
    event: { success: false }
    limit: 10
    order: DESC
  ) {
    id name version description payload
  }
}

# What there is to post to
query receivers {
  event_receivers(event_receiver: {}, limit: 10) {
    id name type version
  }
}

# Which gates there are
query gates {
  event_receiver_groups(
    event_receiver_group: {}
    limit: 10
  ) {
    id name version enabled
  }
}

# Why an artifact is held back at a gate
query gate($id: ID!, $artifact: NvrppInput!) {
  event_receiver_group_status(id: $id, nvrpp: $artifact) {
    state
    receivers {
      event_receiver_name
      state
      event_description
    }
  }
}

mutation create_receiver {
  create_event_receiver(
    event_receiver: {
      name: "tests"
      version: "1.0.0"
      type: "dev.tests"
      description: "The unit tests have ended"
      schema: "{\\"type\\": \\"object\\"}"
    }
  )
}
`

const fetcher = GraphiQL.createFetcher({ url: 'graphql/query' })
const page = React.createElement(GraphiQL, { fetcher, defaultQuery: examples })
ReactDOM.createRoot(document.getElementById('graphiql')).render(page)
