package io.scopeguard.spring.mcp;

import io.scopeguard.spring.mcp.McpOperation.Kind;
import java.util.Locale;

/** The name of a tool, prompt or completion; for resources, the URI or its template. */
record McpName(Kind kind, String name) {

    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT) + " '" + name + "'";
    }
}
