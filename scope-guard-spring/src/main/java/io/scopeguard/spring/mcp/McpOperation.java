package io.scopeguard.spring.mcp;

import java.util.Map;

/**
 * A call of a tool, prompt, resource or completion of an MCP server.
 *
 * @param name of the tool or prompt, or the URI of the resource
 * @param arguments by name
 */
record McpOperation(Kind kind, String name, Map<String, ?> arguments) {

    /** The kind of operation. */
    enum Kind {
        TOOL("tools/call"),
        PROMPT("prompts/get"),
        RESOURCE("resources/read"),
        /** Suggestions for an argument of a prompt or of the template of a resource. */
        COMPLETION("completion/complete");

        private final String method;

        Kind(String method) {
            this.method = method;
        }
    }

    /** The operation without its arguments, which can contain personal data. */
    @Override
    public String toString() {
        return kind.method + " " + name;
    }
}
