package io.scopeguard.spring.method;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;

/** The interfaces of a type at any distance: those of its superclasses, and those that other interfaces extend. */
final class Interfaces {

    private Interfaces() {}

    /** All interfaces that the type implements or extends, the nearest first, with the type itself if it is one. */
    static Set<Class<?>> of(Class<?> type) {
        Deque<Class<?>> next = new ArrayDeque<>();
        if (type.isInterface()) {
            next.add(type);
        }
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            Collections.addAll(next, each.getInterfaces());
        }
        Set<Class<?>> found = new LinkedHashSet<>();
        while (!next.isEmpty()) {
            Class<?> each = next.remove();
            if (found.add(each)) {
                Collections.addAll(next, each.getInterfaces());
            }
        }
        return found;
    }
}
