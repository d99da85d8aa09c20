package io.scopeguard.spring.method;

import io.scopeguard.spring.InvalidSettingException;
import java.lang.reflect.Method;

/** Operations that clients call by name within one endpoint, such as the tools of an MCP server. Thread-safe. */
public interface NamedOperations {

    /**
     * Adds an annotated operation, when the application starts.
     *
     * @throws InvalidSettingException if another operation of the same name has another rule
     */
    void add(Method method, MethodRule rule);

    /**
     * Checks that the guard knows each added operation.
     *
     * @throws InvalidSettingException if one is unknown
     */
    void check();
}
