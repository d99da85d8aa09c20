package io.scopeguard.spring.autoconfigure;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * MCP servers of Spring AI.
 *
 * @param list Entries in an MCP server's lists of tools, prompts and resources: those that the user could call (attainable), or
 *     all; entries that the token does not permit name the missing scopes.
 * @param maxMessage Maximum size of a message to an MCP server; longer ones get 413.
 * @since 0.1
 */
@ConfigurationProperties("scope-guard.mcp")
public record McpProperties(
        @DefaultValue("attainable") Entries list,
        @DefaultValue("1MB") DataSize maxMessage) {

    /** The entries of lists. */
    public enum Entries {
        ATTAINABLE,
        ALL
    }
}
