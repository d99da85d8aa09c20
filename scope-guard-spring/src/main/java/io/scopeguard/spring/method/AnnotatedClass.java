package io.scopeguard.spring.method;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.Set;

/**
 * Who enforces the annotations of a class.
 *
 * @param guarded the methods that method security guards
 * @param web the methods of web handlers, which the web guard must serve
 */
record AnnotatedClass(Map<Method, MethodRule> guarded, Set<Method> web) {

    static final AnnotatedClass NONE = new AnnotatedClass(Map.of(), Set.of());
}
