package io.scopeguard.spring.method;

import io.scopeguard.spring.authorization.HandlerRule.Requires;
import java.lang.reflect.Method;
import java.util.Map;

/**
 * The enforcement of the annotations of a class.
 *
 * @param guarded the methods that method security guards
 * @param web the methods of web handlers, which the web guard must serve, with their requirements
 * @param operations the guarded methods that clients call by name within an endpoint; the guard of that endpoint must know them,
 *     too
 */
record AnnotatedClass(Map<Method, MethodRule> guarded, Map<Method, Requires> web, Map<Method, MethodRule> operations) {

    static final AnnotatedClass NONE = new AnnotatedClass(Map.of(), Map.of(), Map.of());
}
