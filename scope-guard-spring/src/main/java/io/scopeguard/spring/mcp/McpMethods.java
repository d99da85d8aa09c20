package io.scopeguard.spring.mcp;

import io.scopeguard.spring.mcp.McpOperation.Kind;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;

/** Names annotated methods as Spring AI does. Refers to its annotations by name, because they are optional. */
final class McpMethods {

    private static final String PACKAGE = "org.springframework.ai.mcp.annotation.";

    private McpMethods() {}

    /** The key of a method that carries one of Spring AI's annotations for servers. */
    static McpName keyOf(Method method) {
        MergedAnnotations annotations = MergedAnnotations.from(method);
        MergedAnnotation<?> tool = annotations.get(PACKAGE + "McpTool");
        if (tool.isPresent()) {
            return new McpName(Kind.TOOL, nameOr(tool.getString("name"), method));
        }
        MergedAnnotation<?> prompt = annotations.get(PACKAGE + "McpPrompt");
        if (prompt.isPresent()) {
            return new McpName(Kind.PROMPT, nameOr(prompt.getString("name"), method));
        }
        MergedAnnotation<?> resource = annotations.get(PACKAGE + "McpResource");
        return resource.isPresent()
                ? new McpName(Kind.RESOURCE, resource.getString("uri"))
                : completed(annotations.get(PACKAGE + "McpComplete"));
    }

    /** Spring AI does not serve a method that only inherits its annotation, so its key matches no operation. */
    private static McpName completed(MergedAnnotation<?> completion) {
        if (!completion.isPresent()) {
            return new McpName(Kind.TOOL, "");
        }
        String prompt = completion.getString("prompt");
        return new McpName(Kind.COMPLETION, prompt.isEmpty() ? completion.getString("uri") : prompt);
    }

    /** Whether the method completes arguments. */
    static boolean isCompletion(Method method) {
        return MergedAnnotations.from(method).isPresent(PACKAGE + "McpComplete");
    }

    /** Whether the method receives the value to complete, but not the name of its argument. */
    static boolean takesAnyValue(Method completion) {
        return Arrays.stream(completion.getParameters())
                .anyMatch(parameter -> parameter.getType().equals(String.class)
                        && !MergedAnnotations.from(parameter).isPresent(PACKAGE + "McpProgressToken"));
    }

    private static String nameOr(String name, Method method) {
        return name.isBlank() ? method.getName() : name;
    }

    /** The values of a call in the order of the method's parameters. */
    static @Nullable Object[] values(Method method, Map<String, ?> arguments) {
        Parameter[] parameters = method.getParameters();
        @Nullable Object[] values = new Object[parameters.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = arguments.get(nameOf(parameters[i], method));
        }
        return values;
    }

    /** The name of an argument in messages. Only prompts rename arguments. */
    private static String nameOf(Parameter parameter, Method method) {
        MergedAnnotation<?> named = MergedAnnotations.from(parameter).get(PACKAGE + "McpArg");
        boolean isRenamed = named.isPresent() && keyOf(method).kind() == Kind.PROMPT;
        String name = isRenamed ? named.getString("name") : "";
        return name.isBlank() ? parameter.getName() : name;
    }
}
