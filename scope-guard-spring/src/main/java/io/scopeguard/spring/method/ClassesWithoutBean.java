package io.scopeguard.spring.method;

import io.scopeguard.spring.RequiresRole;
import io.scopeguard.spring.RequiresScopes;
import io.scopeguard.spring.authorization.HandlerRules;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.stereotype.Component;
import org.springframework.util.ClassUtils;

/**
 * Finds annotated classes in the application's packages that are not beans, so that nothing intercepts calls of their methods.
 * Searches class files for the names of the annotations instead of parsing them. Composed annotations are not found.
 */
final class ClassesWithoutBean {

    private static final Logger log = LoggerFactory.getLogger(ClassesWithoutBean.class);
    private static final List<String> MARKS = List.of(mark(RequiresScopes.class), mark(RequiresRole.class));
    private static final String SUFFIX = ".class";

    private final PathMatchingResourcePatternResolver resources;
    private final Collection<Class<?>> beans;
    private final HandlerRules handlers;

    /**
     * @param beans the annotated classes of all beans
     * @param handlers the handlers of handler mappings, which the web guard decides about
     */
    ClassesWithoutBean(ClassLoader loader, Collection<Class<?>> beans, HandlerRules handlers) {
        this.resources = new PathMatchingResourcePatternResolver(loader);
        this.beans = beans;
        this.handlers = handlers;
    }

    /** Warns of the classes in these packages. */
    void warn(List<String> packages) {
        Set<String> found = new TreeSet<>();
        packages.stream().filter(name -> !name.isEmpty()).forEach(name -> search(name, found));
        if (!found.isEmpty()) {
            log.warn(
                    "Nothing enforces the annotations of these classes, because they are not beans: {}",
                    String.join(", ", found));
        }
    }

    private void search(String packageName, Set<String> found) {
        String path = ClassUtils.convertClassNameToResourcePath(packageName) + '/';
        try {
            for (Resource file : resources.getResources("classpath*:" + path + "**/*" + SUFFIX)) {
                String name = nameOf(file, path);
                if (isMarked(file) && isWithoutBean(name)) {
                    found.add(name);
                }
            }
        } catch (IOException e) {
            log.debug("Cannot search {} for annotated classes", packageName, e);
        }
    }

    private static String mark(Class<?> annotation) {
        return 'L' + annotation.getName().replace('.', '/') + ';';
    }

    private static boolean isMarked(Resource file) throws IOException {
        String content = new String(file.getContentAsByteArray(), StandardCharsets.ISO_8859_1);
        return MARKS.stream().anyMatch(content::contains);
    }

    private static String nameOf(Resource file, String path) throws IOException {
        String url = file.getURL().toString();
        return ClassUtils.convertResourcePathToClassName(
                url.substring(url.lastIndexOf("/" + path) + 1, url.length() - SUFFIX.length()));
    }

    /** A component that is not a bean was excluded by a condition or a profile, so no object of it exists. */
    private boolean isWithoutBean(String name) {
        ClassLoader loader = resources.getClassLoader();
        if (!ClassUtils.isPresent(name, loader)) {
            return false;
        }
        Class<?> type = ClassUtils.resolveClassName(name, loader);
        return !type.isAnnotation()
                && AnnotatedTypes.SHARED.contains(type)
                && !AnnotatedElementUtils.hasAnnotation(type, Component.class)
                && beans.stream().noneMatch(type::isAssignableFrom)
                && !isHandler(type);
    }

    /** Whether the web guard enforces all annotations of the class. */
    private boolean isHandler(Class<?> type) {
        return handlers.serves(type)
                && Arrays.stream(type.getDeclaredMethods())
                        .filter(ClassesWithoutBean::isAnnotated)
                        .allMatch(method -> handlers.enforces(type, method));
    }

    private static boolean isAnnotated(Method method) {
        return AnnotatedElementUtils.hasAnnotation(method, RequiresScopes.class)
                || AnnotatedElementUtils.hasAnnotation(method, RequiresRole.class);
    }
}
