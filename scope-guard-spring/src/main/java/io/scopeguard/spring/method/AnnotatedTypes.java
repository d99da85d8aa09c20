package io.scopeguard.spring.method;

import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.PublicEndpoint;
import io.scopeguard.spring.RequiresRole;
import io.scopeguard.spring.RequiresScopes;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.annotation.Repeatable;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.security.CodeSource;
import java.util.List;
import java.util.Map;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.core.type.classreading.MetadataReaderFactory;
import org.springframework.util.ConcurrentReferenceHashMap;
import org.springframework.util.ReflectionUtils;

/** Finds the types to which an annotation of the guard applies, directly, by another annotation or inherited. Thread-safe. */
final class AnnotatedTypes {

    private static final List<Class<? extends Annotation>> MARKS =
            List.of(RequiresScopes.class, RequiresRole.class, PublicEndpoint.class);

    private static final String SPRING = "org.springframework.";
    private static final String JARS_OF_SPRING = "spring-";

    /** Parts of the names of Spring's packages that contain applications. */
    private static final List<String> APPLICATIONS = List.of(".sample", ".example", ".demo", ".test");

    /** The annotations of types never change, so all contexts share one cache. */
    static final AnnotatedTypes SHARED = new AnnotatedTypes();

    private final Map<Class<?>, Boolean> known = new ConcurrentReferenceHashMap<>();

    /** Whether an annotation is one of the marks, carries one, or contains several of them. */
    private final Map<Class<? extends Annotation>, Boolean> marks = new ConcurrentReferenceHashMap<>();

    /**
     * Whether the type, one of its supertypes, or a method of them carries {@code @RequiresScopes}, {@code @RequiresRole} or
     * {@code @PublicEndpoint}.
     */
    boolean contains(Class<?> type) {
        Boolean result = known.get(type);
        if (result == null) {
            result = !isFrameworks(type) && (isMarked(type) || hasAnnotatedMethod(type) || hasAnnotatedSupertype(type));
            known.put(type, result);
        }
        return result;
    }

    /** Here and below, loops instead of streams, because start-up examines all methods of all beans. */
    private boolean hasAnnotatedSupertype(Class<?> type) {
        for (Class<?> each : type.getInterfaces()) {
            if (contains(each)) {
                return true;
            }
        }
        Class<?> superclass = type.getSuperclass();
        return superclass != null && contains(superclass);
    }

    /**
     * Whether the type belongs to Java or Spring, whose types extend no types of applications. Most beans are Spring's, and reading
     * the annotations of all of their methods takes longer than the rest of this check.
     */
    private static boolean isFrameworks(Class<?> type) {
        return type.getName().startsWith("java.") || isSprings(type, false);
    }

    /** Whether the type belongs to Spring, by its name alone if its file is unknown, as in a native image. */
    static boolean isSprings(Class<?> type) {
        return isSprings(type, true);
    }

    private static boolean isSprings(Class<?> type, boolean ifUnknown) {
        if (!type.getName().startsWith(SPRING)) {
            return false;
        }
        CodeSource source = type.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            return ifUnknown;
        }
        return isSprings(type.getName(), source.getLocation().getPath());
    }

    /**
     * Whether a type comes from one of Spring's jars. Its package alone proves nothing, because applications use Spring's packages,
     * too.
     *
     * @param jar the path of the file from which the type was loaded, which may be in another file
     */
    static boolean isSprings(String name, String jar) {
        int end = jar.endsWith("!/") ? jar.length() - 2 : jar.length();
        String file = jar.substring(jar.lastIndexOf('/', end - 1) + 1, end);
        return name.startsWith(SPRING)
                && APPLICATIONS.stream().noneMatch(name::contains)
                && file.startsWith(JARS_OF_SPRING)
                && file.endsWith(".jar");
    }

    private boolean hasAnnotatedMethod(Class<?> type) {
        try {
            for (Method method : type.getDeclaredMethods()) {
                if (isMarked(method)) {
                    return true;
                }
            }
            return false;
        } catch (LinkageError e) {
            // A type in a signature is missing, so the class file is read, which needs no other types.
            if (hasAnnotatedMethodInFile(type)) {
                throw new InvalidSettingException(
                        type.getName(),
                        "has methods with @RequiresScopes, @RequiresRole or @PublicEndpoint, but cannot be loaded completely: "
                                + e,
                        "Add the missing type to the class path.",
                        e);
            }
            return false;
        }
    }

    private boolean hasAnnotatedMethodInFile(Class<?> type) {
        try {
            AnnotationMetadata metadata = MetadataReaderFactory.create(type.getClassLoader())
                    .getMetadataReader(type.getName())
                    .getAnnotationMetadata();
            return metadata.getDeclaredMethods().stream()
                    .flatMap(method -> method.getAnnotations().stream())
                    .anyMatch(annotation -> isMark(annotation.getType()));
        } catch (IOException e) {
            return false;
        }
    }

    private boolean isMarked(AnnotatedElement element) {
        for (Annotation annotation : element.getDeclaredAnnotations()) {
            if (isMark(annotation.annotationType())) {
                return true;
            }
        }
        return false;
    }

    /** The methods of an application carry the same few annotations. */
    private boolean isMark(Class<? extends Annotation> type) {
        Boolean result = marks.get(type);
        if (result == null) {
            MergedAnnotations annotations = MergedAnnotations.from(type);
            result = MARKS.contains(type) || MARKS.stream().anyMatch(annotations::isPresent) || containsMarks(type);
            marks.put(type, result);
        }
        return result;
    }

    /** Whether the annotation is the container that the compiler writes if an annotation is repeated. */
    private boolean containsMarks(Class<? extends Annotation> type) {
        Method value = ReflectionUtils.findMethod(type, MergedAnnotation.VALUE);
        Class<?> repeated = value == null ? null : value.getReturnType().getComponentType();
        return repeated != null
                && repeated.isAnnotation()
                && repeated.isAnnotationPresent(Repeatable.class)
                && isMark(repeated.asSubclass(Annotation.class));
    }
}
