/**
 * MCP servers of Spring AI: decisions about tools, resources and prompts by name, before the message is dispatched. Needs
 * {@code org.springframework.ai:mcp-spring-webmvc}.
 */
@Internal
@NullMarked
package io.scopeguard.spring.mcp;

import io.scopeguard.annotation.Internal;
import org.jspecify.annotations.NullMarked;
