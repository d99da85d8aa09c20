package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.Handle;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.Opcodes;
import org.springframework.asm.SpringAsmInfo;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * While it holds a monitor, our code does not wait, do I/O, log, complete a future or call foreign code. Otherwise, a virtual
 * thread would pin its carrier, and other threads would wait for something that we do not control.
 */
class LockedRegionsTests {

    private static final List<String> FORBIDDEN = List.of(
            "java/lang/Object.wait",
            "java/lang/Thread.sleep",
            "java/lang/Thread.join",
            "java/util/concurrent/locks/LockSupport.",
            "java/util/concurrent/CompletableFuture.",
            "java/util/concurrent/CompletionStage.",
            "java/util/concurrent/Future.",
            "java/util/concurrent/CountDownLatch.await",
            "java/util/concurrent/BlockingQueue.",
            "java/util/concurrent/Executor.",
            "java/util/concurrent/ExecutorService.",
            "java/util/function/",
            "java/lang/Runnable.",
            "java/net/",
            "java/nio/channels/",
            "java/nio/file/Files.",
            "java/io/InputStream.",
            "java/io/OutputStream.",
            "jakarta/servlet/",
            "io/lettuce/",
            "org/slf4j/");

    /** Functions that only read memory, by which clocks are passed. */
    private static final List<String> CLOCKS = List.of("java/util/function/LongSupplier.getAsLong");

    /** Methods of ours that are not followed: listeners of a freeze must return at once. */
    private static final List<String> QUICK = List.of("io/scopeguard/time/SteadyClock.follow");

    private static final String OURS = "io/scopeguard/";

    @Test
    void nothingForeignIsCalledWhileAMonitorIsHeld() throws IOException {
        Classes classes = new Classes();
        for (Resource type :
                new PathMatchingResourcePatternResolver().getResources("classpath*:io/scopeguard/**/*.class")) {
            if (!type.getURL().toString().contains("test")) {
                classes.read(type);
            }
        }

        assertThat(classes.calls).hasSizeGreaterThan(2_000);
        assertThat(classes.locked)
                .as("methods that call others while a monitor is held")
                .hasSizeGreaterThan(25);
        assertThat(classes.violations()).isEmpty();
    }

    @Test
    void violationsWhenCallsAreSynchronizedThenFoundEvenIfIndirect() throws IOException {
        Classes classes = new Classes();
        for (Class<?> type : List.of(Locked.class, Base.class, Sleeper.class, LightSleeper.class)) {
            classes.read(new PathMatchingResourcePatternResolver()
                    .getResource("classpath:" + type.getName().replace('.', '/') + ".class"));
        }

        assertThat(classes.violations()
                        .map(path -> path.replaceAll("lambda\\$\\S*", "lambda").replaceAll("\\S*/|\\S*\\$", "")))
                .containsExactlyInAnyOrder(
                        "Locked.replaces > Locked.lambda > Thread.sleep",
                        "Locked.refers > Locked.pauses > Thread.sleep",
                        "Locked.runs > Runnable.run",
                        "Locked.sleeps > Thread.sleep",
                        "Locked.waits > Locked.indirectly > Sleeper.pause > Base.pause > Thread.sleep");
    }

    private static boolean isForbidden(String call) {
        return FORBIDDEN.stream().anyMatch(call::startsWith) && !CLOCKS.contains(call);
    }

    /** The calls in classes of ours, by the names of types and methods. */
    private static final class Classes {

        /** The calls of each method. */
        final Map<String, Set<String>> calls = new TreeMap<>();

        /** The calls of each method that holds a monitor then. */
        final Map<String, Set<String>> locked = new TreeMap<>();

        /** The direct subtypes of each type. */
        private final Map<String, Set<String>> subtypes = new HashMap<>();

        /** The direct supertypes of each type. */
        private final Map<String, Set<String>> supertypes = new HashMap<>();

        void read(Resource type) throws IOException {
            try (InputStream bytes = type.getInputStream()) {
                new ClassReader(bytes).accept(new Reader(), ClassReader.SKIP_FRAMES);
            }
        }

        /** Paths of calls from methods that hold a monitor to forbidden ones. */
        Stream<String> violations() {
            List<String> found = new ArrayList<>();
            locked.forEach((method, direct) -> {
                Set<String> seen = new HashSet<>(QUICK);
                direct.forEach(call -> follow(method + " > " + call, call, seen, found));
            });
            return found.stream();
        }

        private void follow(String path, String call, Set<String> seen, List<String> found) {
            if (isForbidden(call)) {
                found.add(path);
            } else if (call.startsWith(OURS) && seen.add(call)) {
                implementations(call)
                        .forEach(method -> calls.getOrDefault(method, Set.of())
                                .forEach(next -> follow(
                                        method.equals(call)
                                                ? path + " > " + next
                                                : path + " > " + method + " > " + next,
                                        next,
                                        seen,
                                        found)));
            }
        }

        /** The methods that a call may reach: that of the type, of a supertype or of a subtype. */
        private Stream<String> implementations(String call) {
            int dot = call.lastIndexOf('.');
            String name = call.substring(dot);
            Set<String> types = closure(call.substring(0, dot), subtypes);
            types.addAll(closure(call.substring(0, dot), supertypes));
            return types.stream().map(type -> type + name).filter(method -> !QUICK.contains(method));
        }

        private static Set<String> closure(String type, Map<String, Set<String>> direct) {
            Set<String> found = new TreeSet<>();
            Deque<String> rest = new ArrayDeque<>(List.of(type));
            while (!rest.isEmpty()) {
                String next = rest.remove();
                if (found.add(next)) {
                    rest.addAll(direct.getOrDefault(next, Set.of()));
                }
            }
            return found;
        }

        /** A block reaches from the first instruction that enters a monitor to the last one that leaves it. */
        private final class Reader extends ClassVisitor {

            private String owner = "";

            Reader() {
                super(SpringAsmInfo.ASM_VERSION);
            }

            @Override
            public void visit(int version, int access, String name, String signature, String parent, String[] types) {
                owner = name;
                relate(name, parent);
                Stream.of(types).forEach(type -> relate(name, type));
            }

            private void relate(String type, String parent) {
                if (parent.startsWith(OURS)) {
                    supertypes.computeIfAbsent(type, key -> new TreeSet<>()).add(parent);
                    subtypes.computeIfAbsent(parent, key -> new TreeSet<>()).add(type);
                }
            }

            @Override
            public MethodVisitor visitMethod(
                    int access, String name, String descriptor, String signature, String[] thrown) {
                boolean isSynchronized = (access & Opcodes.ACC_SYNCHRONIZED) != 0;
                String method = owner + "." + name;
                Set<String> all = calls.computeIfAbsent(method, key -> new TreeSet<>());
                return new MethodVisitor(SpringAsmInfo.ASM_VERSION) {

                    private final List<String> entered = new ArrayList<>();
                    private boolean isHeld = isSynchronized;
                    private int certain;

                    @Override
                    public void visitInsn(int opcode) {
                        isHeld |= opcode == Opcodes.MONITORENTER;
                        if (opcode == Opcodes.MONITOREXIT) {
                            certain = entered.size();
                        }
                    }

                    @Override
                    public void visitMethodInsn(
                            int op, String type, String called, String descriptor, boolean isInterface) {
                        add(type + "." + called);
                    }

                    /** The body of a lambda or a referenced method counts as called where the function is created. */
                    @Override
                    public void visitInvokeDynamicInsn(
                            String called, String descriptor, Handle bootstrap, Object... arguments) {
                        Stream.of(arguments)
                                .filter(Handle.class::isInstance)
                                .map(Handle.class::cast)
                                .forEach(handle -> add(handle.getOwner() + "." + handle.getName()));
                    }

                    private void add(String call) {
                        all.add(call);
                        if (isHeld) {
                            entered.add(call);
                        }
                    }

                    @Override
                    public void visitEnd() {
                        List<String> held = isSynchronized ? entered : entered.subList(0, certain);
                        if (!held.isEmpty()) {
                            locked.computeIfAbsent(method, key -> new TreeSet<>())
                                    .addAll(held);
                        }
                    }
                };
            }
        }
    }

    /** Violations that must be found. */
    private static final class Locked {

        private final Sleeper sleeper = new Base();
        private final Map<String, Integer> numbers = new HashMap<>();
        private int count;

        synchronized void waits() throws InterruptedException {
            indirectly();
        }

        private void indirectly() throws InterruptedException {
            sleeper.pause();
        }

        synchronized void runs(Runnable foreign) {
            foreign.run();
        }

        synchronized void replaces() {
            numbers.replaceAll((name, number) -> {
                try {
                    Thread.sleep(1);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return number + 1;
            });
        }

        synchronized void refers() {
            numbers.computeIfAbsent("", Locked::pauses);
        }

        private static int pauses(String name) {
            try {
                Thread.sleep(1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return 0;
        }

        void sleeps() throws InterruptedException {
            synchronized (this) {
                if (count++ > 0) {
                    Thread.sleep(1);
                }
            }
            Thread.yield();
        }
    }

    private interface Sleeper {

        void pause() throws InterruptedException;
    }

    private interface LightSleeper extends Sleeper {}

    private static class Base implements LightSleeper {

        @Override
        public void pause() throws InterruptedException {
            Thread.sleep(1);
        }
    }
}
