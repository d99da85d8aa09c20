/** MCP servers with tools that require scopes, and their clients. */
@NullMarked
package io.scopeguard.mcp;

import org.jspecify.annotations.NullMarked;
