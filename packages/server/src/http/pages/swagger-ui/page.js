/* global SwaggerUIBundle */

/**
 * The description says where the server is relative to itself, so that it holds behind any proxy; people get to read the URL
 * that it comes to here.
 */
function showServers(response) {
  if (!new URL(response.url).pathname.endsWith('/openapi')) return response
  const description = JSON.parse(response.text)
  for (const server of description.servers)
    server.url = new URL(server.url, response.url).href.replace(/\/$/, '')
  response.text = JSON.stringify(description)
  return response
}

SwaggerUIBundle({
  url: 'openapi',
  dom_id: '#swagger-ui',
  responseInterceptor: showServers,
  deepLinking: true,
  // Otherwise it asks a validator on the internet about documents that are not on localhost.
  validatorUrl: null,
})
